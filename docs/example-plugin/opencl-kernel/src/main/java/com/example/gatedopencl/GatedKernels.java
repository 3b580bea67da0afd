package com.example.gatedopencl;

import dev.mobilellm.kernels.opencl.spi.Argument;
import dev.mobilellm.kernels.opencl.spi.Grid;
import dev.mobilellm.kernels.opencl.spi.OpenClKernel;
import dev.mobilellm.kernels.opencl.spi.OpenClKernelProvider;
import dev.mobilellm.spi.graph.NormGatedLinear;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * RMSNorm, both matrices of a GLU and the activation between them as one OpenCL kernel, where all
 * weights are float32. All other operations stay the device's own.
 */
public final class GatedKernels implements OpenClKernelProvider {

  /** How a report calls the kernel. */
  static final String KERNEL = "example gated f32";

  private static final Dense FLOAT32 = new Dense(DType.F32);
  private static final int GROUP = 32;

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
    return op instanceof NormGatedLinear gated
        && gated.gate().encoding().equals(FLOAT32)
        && gated.up().encoding().equals(FLOAT32);
  }

  @Override
  public OpenClKernel kernel(Op op) {
    NormGatedLinear gated = (NormGatedLinear) op;
    return new OpenClKernel(
        KERNEL,
        "#define ACTIVATE " + gated.activation().name() + "\n" + source(),
        "gated",
        List.of(
            new Argument.Rows(gated.input()),
            new Argument.Floats(gated.norm()),
            new Argument.Floats(gated.gate()),
            new Argument.Floats(gated.up()),
            new Argument.Real(gated.eps()),
            new Argument.Int(gated.input().width()),
            new Argument.Int(gated.output().width()),
            new Argument.Rows(gated.output())),
        new Grid(gated.output().width(), GROUP, gated.output().rows()));
  }

  private static String source() {
    try (InputStream in = GatedKernels.class.getResourceAsStream("gated.cl")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
