package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.spi.JavaKernelProvider;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The device's own kernels and those of third parties, best first. */
final class KernelRegistry {

  private final List<JavaKernelProvider> providers;

  /**
   * @param layers where third-party kernels are looked for; none: beside the device
   * @throws ModelException if a provider cannot be loaded
   */
  KernelRegistry(List<ModuleLayer> layers) {
    Map<Class<?>, JavaKernelProvider> found = new LinkedHashMap<>();
    try {
      loaders(layers)
          .flatMap(ServiceLoader::stream)
          .forEach(provider -> found.computeIfAbsent(provider.type(), type -> provider.get()));
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new ModelException(
          "A kernel for the device \"java\" cannot be loaded (%s); remove or update its jar."
              .formatted(reason(e)),
          e);
    }
    List<JavaKernelProvider> sorted = new ArrayList<>(found.values());
    sorted.add(new BuiltInKernels());
    sorted.sort(Comparator.comparingInt(JavaKernelProvider::priority).reversed());
    providers = List.copyOf(sorted);
  }

  private static Stream<ServiceLoader<JavaKernelProvider>> loaders(List<ModuleLayer> layers) {
    return layers.isEmpty()
        ? Stream.of(
            ServiceLoader.load(JavaKernelProvider.class, KernelRegistry.class.getClassLoader()))
        : layers.stream().map(layer -> ServiceLoader.load(layer, JavaKernelProvider.class));
  }

  /** What the service loader says, which names the provider, and why. */
  private static String reason(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return cause == null ? thrown.getMessage() : thrown.getMessage() + ": " + cause;
  }

  /** Whether anyone has a kernel for the operation. */
  boolean supports(Op op) {
    return providers.stream().anyMatch(provider -> provider.supports(op));
  }

  /**
   * Whose kernel runs the operation.
   *
   * @throws ModelException if nobody has one, or two of equal priority have
   */
  JavaKernelProvider choose(Op op) {
    List<JavaKernelProvider> able =
        providers.stream().filter(provider -> provider.supports(op)).toList();
    if (able.isEmpty()) {
      throw new ModelException(
          "The device \"java\" has no kernel for the operation %s.".formatted(op.kind()));
    }
    if (able.size() > 1 && able.get(0).priority() == able.get(1).priority()) {
      throw new ModelException(
          "The kernels \"%s\" and \"%s\" both support %s with priority %d; remove %s."
              .formatted(
                  able.get(0).name(),
                  able.get(1).name(),
                  op.kind(),
                  able.get(0).priority(),
                  able.stream()
                      .limit(2)
                      .filter(provider -> !(provider instanceof BuiltInKernels))
                      .map(KernelRegistry::location)
                      .collect(Collectors.joining(" or "))));
    }
    return able.getFirst();
  }

  /** The jar or folder of a provider, else its module. */
  private static String location(JavaKernelProvider provider) {
    Module module = provider.getClass().getModule();
    return Optional.ofNullable(module.getLayer())
        .flatMap(layer -> layer.configuration().findModule(module.getName()))
        .flatMap(resolved -> resolved.reference().location())
        .filter(location -> location.getScheme().equals("file"))
        .map(location -> Path.of(location).toString())
        .orElseGet(module::toString);
  }

  /** An alias needs no kernel: the buffer plan gives both names the same memory. */
  static boolean isAlias(Op op) {
    return op instanceof Primitive.Same;
  }
}
