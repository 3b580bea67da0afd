package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.spi.OpenClKernelProvider;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.graph.LinearAdd;
import dev.mobilellm.spi.graph.NormGatedLinear;
import dev.mobilellm.spi.graph.NormLinear;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.RotaryAttention;
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

/** The device's own kernels, which have priority 0, and those of third parties. */
public final class KernelRegistry {

  private final List<OpenClKernelProvider> providers;

  /**
   * @param layers where third-party kernels are looked for; none: beside the device
   * @throws ModelException if a provider cannot be loaded
   */
  public KernelRegistry(List<ModuleLayer> layers) {
    Map<Class<?>, OpenClKernelProvider> found = new LinkedHashMap<>();
    try {
      loaders(layers)
          .flatMap(ServiceLoader::stream)
          .forEach(provider -> found.computeIfAbsent(provider.type(), type -> provider.get()));
    } catch (ServiceConfigurationError | LinkageError e) {
      Throwable cause = e.getCause();
      throw new ModelException(
          "A kernel for the device \"opencl\" cannot be loaded (%s); remove or update its jar."
              .formatted(cause == null ? e.getMessage() : e.getMessage() + ": " + cause),
          e);
    }
    List<OpenClKernelProvider> sorted = new ArrayList<>(found.values());
    sorted.sort(Comparator.comparingInt(OpenClKernelProvider::priority).reversed());
    providers = List.copyOf(sorted);
  }

  private static Stream<ServiceLoader<OpenClKernelProvider>> loaders(List<ModuleLayer> layers) {
    return layers.isEmpty()
        ? Stream.of(
            ServiceLoader.load(OpenClKernelProvider.class, KernelRegistry.class.getClassLoader()))
        : layers.stream().map(layer -> ServiceLoader.load(layer, OpenClKernelProvider.class));
  }

  /** Classes of third-party providers, with their modules' versions. */
  public List<String> names() {
    return providers.stream()
        .map(
            provider ->
                provider.getClass().getModule().getDescriptor() == null
                    ? provider.getClass().getName()
                    : provider.getClass().getModule().getDescriptor().toNameAndVersion()
                        + "/"
                        + provider.getClass().getName())
        .toList();
  }

  /** The jars of third-party kernels. */
  public List<String> locations() {
    return providers.stream().map(KernelRegistry::location).distinct().toList();
  }

  /** Whether anyone has a kernel for the operation. */
  public boolean supports(Op op) {
    return isBuiltIn(op) || providers.stream().anyMatch(provider -> provider.supports(op));
  }

  private static boolean isBuiltIn(Op op) {
    return switch (op) {
      case Primitive.Attention attention ->
          attention.shape().headDim() <= AttentionStep.MAX_HEAD_DIM;
      case Primitive primitive -> true;
      case NormLinear linear -> true;
      case NormGatedLinear linear -> MatrixStep.supports(linear);
      case LinearAdd linear -> true;
      case RotaryAttention attention -> attention.shape().headDim() <= AttentionStep.MAX_HEAD_DIM;
      default -> false;
    };
  }

  /**
   * Binds an operation to the kernel that runs it.
   *
   * @throws ModelException if nobody has one, or two of equal priority have
   */
  public Step bind(Op op, Resources resources) {
    List<OpenClKernelProvider> able =
        providers.stream().filter(provider -> provider.supports(op)).toList();
    boolean builtIn = isBuiltIn(op);
    if (able.isEmpty() && !builtIn) {
      throw new ModelException(
          "The device \"opencl\" has no kernel for the operation %s of this size; use the device \"java\"."
              .formatted(op.kind()));
    }
    if (able.isEmpty() || builtIn && able.getFirst().priority() < 0) {
      return builtIn(op, resources);
    }
    OpenClKernelProvider best = able.getFirst();
    List<OpenClKernelProvider> equal =
        able.stream().filter(provider -> provider.priority() == best.priority()).limit(2).toList();
    if (equal.size() > 1 || builtIn && best.priority() == 0) {
      throw new ModelException(
          "The kernels \"%s\" and \"%s\" both support %s with priority %d; remove %s."
              .formatted(
                  best.name(),
                  equal.size() > 1 ? equal.getLast().name() : "built-in",
                  op.kind(),
                  best.priority(),
                  equal.stream()
                      .map(KernelRegistry::location)
                      .collect(Collectors.joining(" or "))));
    }
    return new ProvidedStep(best.kernel(op), location(best), resources);
  }

  /** The jar or folder of a provider, else its module. */
  private static String location(OpenClKernelProvider provider) {
    Module module = provider.getClass().getModule();
    return Optional.ofNullable(module.getLayer())
        .flatMap(layer -> layer.configuration().findModule(module.getName()))
        .flatMap(resolved -> resolved.reference().location())
        .filter(location -> location.getScheme().equals("file"))
        .map(location -> Path.of(location).toString())
        .orElseGet(module::toString);
  }

  private static Step builtIn(Op op, Resources resources) {
    return switch (op) {
      case Primitive.Embed embed -> new EmbedStep(embed, resources);
      case Primitive.RmsNorm norm -> RowStep.of(norm, resources);
      case Primitive.Linear linear -> MatrixStep.of(linear, resources);
      case Primitive.Rope rope -> RowStep.of(rope, resources);
      case Primitive.Attention attention -> AttentionStep.of(attention, resources);
      case Primitive.Activate activate -> RowStep.of(activate, resources);
      case Primitive.Multiply multiply -> RowStep.of(multiply, resources);
      case Primitive.Add add -> RowStep.of(add, resources);
      case Primitive.SelectWanted select -> RowStep.of(select, resources);
      case NormLinear linear -> MatrixStep.of(linear, resources);
      case NormGatedLinear linear -> MatrixStep.of(linear, resources);
      case LinearAdd linear -> MatrixStep.of(linear, resources);
      case RotaryAttention attention -> AttentionStep.of(attention, resources);
      default -> throw new IllegalArgumentException("no kernel for " + op.kind());
    };
  }
}
