package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.spi.JavaKernelProvider;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;

/** The device's own kernels and those of third parties, best first. */
final class KernelRegistry {

  private final List<JavaKernelProvider> providers;

  /**
   * @param layers where third-party kernels are looked for
   */
  KernelRegistry(List<ModuleLayer> layers) {
    Set<JavaKernelProvider> found = new LinkedHashSet<>();
    Set<Class<?>> classes = new LinkedHashSet<>();
    for (ModuleLayer layer : layers) {
      for (JavaKernelProvider provider : ServiceLoader.load(layer, JavaKernelProvider.class)) {
        if (classes.add(provider.getClass())) {
          found.add(provider);
        }
      }
    }
    List<JavaKernelProvider> sorted = new ArrayList<>(found);
    sorted.add(new BuiltInKernels());
    sorted.sort(Comparator.comparingInt(JavaKernelProvider::priority).reversed());
    providers = List.copyOf(sorted);
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
          "The kernels \"%s\" and \"%s\" both support %s with priority %d; remove one of their jars."
              .formatted(
                  able.get(0).name(), able.get(1).name(), op.kind(), able.get(0).priority()));
    }
    return able.getFirst();
  }

  /** An alias needs no kernel: the buffer plan gives both names the same memory. */
  static boolean isAlias(Op op) {
    return op instanceof Primitive.Same;
  }
}
