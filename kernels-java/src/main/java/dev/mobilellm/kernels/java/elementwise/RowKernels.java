package dev.mobilellm.kernels.java.elementwise;

import dev.mobilellm.kernels.java.memory.FloatArray;
import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.JavaKernel;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.Pass;
import dev.mobilellm.kernels.java.spi.RowBuffer;
import dev.mobilellm.spi.graph.Activation;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.Optional;

/** The kernels of the primitives that work row by row. */
public final class RowKernels {

  private RowKernels() {}

  /** {@link Primitive.Embed}, through the encoding's own decoder: one row for each token. */
  public static JavaKernel embed(Primitive.Embed op, KernelContext context) {
    WeightTensor table = op.table();
    String name = "embed " + table.encoding().name();
    return new RowKernel(name, op.output(), context) {
      @Override
      void row(Pass pass, int row) {
        long bytes = (long) width * Float.BYTES;
        table.decodeRow(pass.token(row), Native.ALL.asSlice(output.row(row), bytes));
      }
    };
  }

  /** {@link Primitive.RmsNorm}. */
  public static JavaKernel rmsNorm(Primitive.RmsNorm op, KernelContext context) {
    RowBuffer input = context.buffer(op.input());
    Optional<FloatArray> weight = op.weight().map(w -> FloatArray.decoded(w, context.arena()));
    long weightAddress = weight.map(FloatArray::address).orElse(0L);
    int group = op.group();
    float eps = op.eps();
    return new RowKernel("rms norm", op.output(), context) {
      @Override
      void row(Pass pass, int row) {
        for (int start = 0; start < width; start += group) {
          long at = (long) start * Float.BYTES;
          long weights = weightAddress == 0 ? 0 : weightAddress + at;
          Rows.rmsNorm(input.row(row) + at, weights, group, eps, output.row(row) + at);
        }
      }
    };
  }

  /** {@link Primitive.Activate}. */
  public static JavaKernel activate(Primitive.Activate op, KernelContext context) {
    RowBuffer input = context.buffer(op.input());
    Activation activation = op.activation();
    return new RowKernel("activate", op.output(), context) {
      @Override
      void row(Pass pass, int row) {
        Activations.apply(activation, input.row(row), width, output.row(row));
      }
    };
  }

  /** {@link Primitive.Multiply}. */
  public static JavaKernel multiply(Primitive.Multiply op, KernelContext context) {
    RowBuffer left = context.buffer(op.left());
    RowBuffer right = context.buffer(op.right());
    return new RowKernel("multiply", op.output(), context) {
      @Override
      void row(Pass pass, int row) {
        Rows.multiply(left.row(row), right.row(row), width, output.row(row));
      }
    };
  }

  /** {@link Primitive.Add}. */
  public static JavaKernel add(Primitive.Add op, KernelContext context) {
    RowBuffer left = context.buffer(op.left());
    RowBuffer right = context.buffer(op.right());
    return new RowKernel("add", op.output(), context) {
      @Override
      void row(Pass pass, int row) {
        Rows.add(left.row(row), right.row(row), width, output.row(row));
      }
    };
  }

  /** {@link Primitive.SelectWanted}. */
  public static JavaKernel selectWanted(Primitive.SelectWanted op, KernelContext context) {
    RowBuffer input = context.buffer(op.input());
    return new RowKernel("select", op.output(), context) {
      @Override
      void row(Pass pass, int row) {
        long source = input.row(pass.wantedToken(row));
        Native.copy(source, output.row(row), (long) width * Float.BYTES);
      }
    };
  }
}
