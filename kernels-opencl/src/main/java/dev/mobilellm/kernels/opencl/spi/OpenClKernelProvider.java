package dev.mobilellm.kernels.opencl.spi;

import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.graph.Op;

/**
 * Brings kernels for operations. A service of the device {@code opencl}: among the providers that
 * support an operation the one with the highest priority runs it; the device's own has priority 0.
 */
public interface OpenClKernelProvider extends Plugin {

  /**
   * Whether this provider has a kernel for an operation. A composite that no provider supports is
   * lowered.
   */
  boolean supports(Op op);

  /** The kernel of an operation that it {@linkplain #supports supports}; asked once per program. */
  OpenClKernel kernel(Op op);
}
