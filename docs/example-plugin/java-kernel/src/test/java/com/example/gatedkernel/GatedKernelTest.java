package com.example.gatedkernel;

import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.testkit.KernelContract;

/**
 * Whole models of awkward sizes on the device "java", which finds the kernel by itself: that it
 * runs where it should, and gives the logits of the reference.
 */
class GatedKernelTest extends KernelContract {

  @Override
  protected String device() {
    return "java";
  }

  @Override
  protected String kernel() {
    return GatedKernel.NAME;
  }

  @Override
  protected boolean supports(Op op) {
    return new GatedKernels().supports(op);
  }
}
