package dev.mobilellm.kernels.java.spi;

import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.graph.Op;
import java.util.Optional;

/**
 * Makes kernels for operations. A service of the device {@code java}: the provider with the highest
 * priority that binds an operation runs it; the device's own has priority 0.
 */
public interface JavaKernelProvider extends Plugin {

  /**
   * Binds an operation, once, when a program is compiled. Everything that the kernel will touch is
   * checked here: kernels may run without bounds checks.
   *
   * @return empty if this provider has no kernel for it
   */
  Optional<JavaKernel> bind(Op op, KernelContext context);
}
