package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.attention.AttentionKernel;
import dev.mobilellm.kernels.java.attention.RopeKernel;
import dev.mobilellm.kernels.java.attention.RotaryTables;
import dev.mobilellm.kernels.java.elementwise.RowKernels;
import dev.mobilellm.kernels.java.linear.LinearKernel;
import dev.mobilellm.kernels.java.spi.JavaKernel;
import dev.mobilellm.kernels.java.spi.JavaKernelProvider;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.spi.graph.LinearAdd;
import dev.mobilellm.spi.graph.NormGatedLinear;
import dev.mobilellm.spi.graph.NormLinear;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.RotaryAttention;

/** The device's own kernels: every primitive, and the first-party composites. */
final class BuiltInKernels implements JavaKernelProvider {

  private final RotaryTables tables = new RotaryTables();

  @Override
  public String name() {
    return "built-in";
  }

  @Override
  public boolean supports(Op op) {
    return switch (op) {
      case Primitive primitive -> true;
      case NormLinear linear -> true;
      case NormGatedLinear linear -> true;
      case LinearAdd linear -> true;
      case RotaryAttention attention -> true;
      default -> false;
    };
  }

  @Override
  public JavaKernel bind(Op op, KernelContext context) {
    return switch (op) {
      case Primitive.Embed embed -> RowKernels.embed(embed, context);
      case Primitive.RmsNorm norm -> RowKernels.rmsNorm(norm, context);
      case Primitive.Linear linear -> LinearKernel.of(linear, context);
      case Primitive.Rope rope -> new RopeKernel(rope, context, tables);
      case Primitive.Attention attention -> new AttentionKernel(attention, context, tables);
      case Primitive.Activate activate -> RowKernels.activate(activate, context);
      case Primitive.Multiply multiply -> RowKernels.multiply(multiply, context);
      case Primitive.Add add -> RowKernels.add(add, context);
      case Primitive.SelectWanted select -> RowKernels.selectWanted(select, context);
      case NormLinear linear -> LinearKernel.of(linear, context);
      case NormGatedLinear linear -> LinearKernel.of(linear, context);
      case LinearAdd linear -> LinearKernel.of(linear, context);
      case RotaryAttention attention -> new AttentionKernel(attention, context, tables);
      default -> throw new IllegalArgumentException("no kernel for " + op.kind());
    };
  }
}
