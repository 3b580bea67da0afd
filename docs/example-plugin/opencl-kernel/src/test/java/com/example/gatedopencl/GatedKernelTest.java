package com.example.gatedopencl;

import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.testkit.KernelContract;

/**
 * Whole models of awkward sizes on the device "opencl", which finds the kernel by itself. Skipped
 * where there is no OpenCL.
 */
class GatedKernelTest extends KernelContract {

  @Override
  protected String device() {
    return "opencl";
  }

  @Override
  protected String kernel() {
    return GatedKernels.KERNEL;
  }

  @Override
  protected boolean supports(Op op) {
    return new GatedKernels().supports(op);
  }
}
