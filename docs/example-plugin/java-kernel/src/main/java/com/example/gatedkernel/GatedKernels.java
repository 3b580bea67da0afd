package com.example.gatedkernel;

import dev.mobilellm.kernels.java.spi.JavaKernel;
import dev.mobilellm.kernels.java.spi.JavaKernelProvider;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.spi.graph.NormGatedLinear;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;

/** Finds the operations that {@link GatedKernel} can run; all others stay the device's own. */
public final class GatedKernels implements JavaKernelProvider {

  private static final Dense FLOAT32 = new Dense(DType.F32);

  /** Found by the service loader. */
  public GatedKernels() {}

  @Override
  public String name() {
    return "example-gated";
  }

  /** The device's own kernels have 0. */
  @Override
  public int priority() {
    return 10;
  }

  @Override
  public boolean supports(Op op) {
    return op instanceof NormGatedLinear gated && isFloat32(gated.gate()) && isFloat32(gated.up());
  }

  @Override
  public JavaKernel bind(Op op, KernelContext context) {
    return new GatedKernel((NormGatedLinear) op, context);
  }

  private static boolean isFloat32(WeightTensor weight) {
    return weight.encoding().equals(FLOAT32);
  }
}
