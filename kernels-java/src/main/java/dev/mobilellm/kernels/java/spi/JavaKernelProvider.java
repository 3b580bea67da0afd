package dev.mobilellm.kernels.java.spi;

import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.graph.Op;

/**
 * Makes kernels for operations. A service of the device {@code java}: among the providers that
 * support an operation the one with the highest priority runs it; the device's own has priority 0.
 */
public interface JavaKernelProvider extends Plugin {

  /**
   * Whether this provider has a kernel for an operation. A composite that no provider supports is
   * lowered.
   */
  boolean supports(Op op);

  /**
   * Binds an operation that it {@linkplain #supports supports}, once, when a program is compiled.
   * Everything that the kernel will touch is checked here: kernels may run without bounds checks.
   */
  JavaKernel bind(Op op, KernelContext context);
}
