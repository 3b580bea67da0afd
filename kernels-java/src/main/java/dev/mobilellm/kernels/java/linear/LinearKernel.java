package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Activations;
import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.FloatArray;
import dev.mobilellm.kernels.java.spi.JavaKernel;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.Pass;
import dev.mobilellm.kernels.java.spi.RowBuffer;
import dev.mobilellm.kernels.java.spi.Workers;
import dev.mobilellm.spi.graph.Activation;
import dev.mobilellm.spi.graph.LinearAdd;
import dev.mobilellm.spi.graph.NormGatedLinear;
import dev.mobilellm.spi.graph.NormLinear;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One or several matrices that read the same input, with what is fused around them: the norm
 * before, and bias, residual or gate behind, while the outputs are still in the cache.
 *
 * <p>Two parallel regions at most: the input is prepared once, by rows of tokens (by the caller
 * alone when they are few); then each worker computes a contiguous range of weight rows.
 */
public final class LinearKernel implements JavaKernel {

  /**
   * Weight rows between two looks at the epilogue: their weights stay in the second-level cache.
   */
  private static final int PANEL = 64;

  /** Below so many tokens preparing them is quicker than waking anyone. */
  private static final int FEW_TOKENS = 8;

  private final Workers workers;
  private final Value.Rows rows;
  private final RowBuffer input;
  private final Norm norm;
  private final Matrix[] matrices;
  private final FloatArray[] biases;
  private final RowBuffer[] outputs;
  private final RowBuffer residual;
  private final Activation activation;
  private final RowBuffer normed;
  private final PreparedInputs prepared;
  private final RowBuffer up;
  private final int grain;
  private final String name;
  private final Workers.Task prepareTask = this::prepareShare;
  private final Workers.Task computeTask = this::computeShare;
  private int tokens;

  /** A norm's weight as floats, and its epsilon; null where there is none. */
  private record Norm(FloatArray weight, float eps) {}

  private LinearKernel(Builder builder) {
    KernelContext context = builder.context;
    workers = context.workers();
    rows = builder.input.rows();
    input = context.buffer(builder.input);
    norm = builder.norm;
    int count = builder.weights.size();
    matrices = new Matrix[count];
    biases = new FloatArray[count];
    outputs = new RowBuffer[count];
    for (int i = 0; i < count; i++) {
      matrices[i] = Matrix.of(builder.weights.get(i), context);
      biases[i] =
          builder.biases.get(i) == null
              ? null
              : FloatArray.decoded(builder.biases.get(i), context.arena());
      outputs[i] = context.buffer(builder.outputs.get(i));
    }
    residual = builder.residual == null ? null : context.buffer(builder.residual);
    activation = builder.activation;
    normed = norm == null ? null : context.scratchRows("normed", input.width());
    for (Matrix matrix : matrices) {
      if (matrix.columns != input.width()) {
        throw new IllegalArgumentException(
            "a matrix of %d columns for inputs of %d".formatted(matrix.columns, input.width()));
      }
    }
    prepared = new PreparedInputs(matrices, context);
    up = activation == null ? null : context.scratchRows("up", matrices[0].rows);
    int largest = 0;
    for (Matrix matrix : matrices) {
      largest = Math.max(largest, matrix.grain());
    }
    grain = largest;
    name = "linear " + encodings(matrices);
  }

  /** {@link Primitive.Linear}. */
  public static LinearKernel of(Primitive.Linear op, KernelContext context) {
    Builder builder = new Builder(context, op.input());
    builder.add(op.weight(), op.bias(), op.output());
    return builder.build();
  }

  /** {@link NormLinear}. */
  public static LinearKernel of(NormLinear op, KernelContext context) {
    Builder builder = new Builder(context, op.input());
    builder.norm = new Norm(FloatArray.decoded(op.norm(), context.arena()), op.eps());
    for (int i = 0; i < op.projections().size(); i++) {
      NormLinear.Projection projection = op.projections().get(i);
      builder.add(projection.weight(), projection.bias(), op.outputs().get(i));
    }
    return builder.build();
  }

  /** {@link NormGatedLinear}. */
  public static LinearKernel of(NormGatedLinear op, KernelContext context) {
    Builder builder = new Builder(context, op.input());
    builder.norm = new Norm(FloatArray.decoded(op.norm(), context.arena()), op.eps());
    builder.activation = op.activation();
    builder.add(op.gate(), Optional.empty(), op.output());
    builder.add(op.up(), Optional.empty(), op.output());
    return builder.build();
  }

  /** {@link LinearAdd}. */
  public static LinearKernel of(LinearAdd op, KernelContext context) {
    Builder builder = new Builder(context, op.input());
    builder.residual = op.residual();
    builder.add(op.weight(), op.bias(), op.output());
    return builder.build();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(Pass pass) {
    tokens = pass.rows(rows);
    if (tokens == 0) {
      return;
    }
    if (tokens < FEW_TOKENS) {
      prepare(0, tokens);
    } else {
      workers.run(prepareTask);
    }
    workers.run(computeTask);
  }

  private void prepareShare(int worker, int count) {
    prepare(Workers.start(tokens, 1, worker, count), Workers.start(tokens, 1, worker + 1, count));
  }

  private static String encodings(Matrix[] matrices) {
    TreeSet<String> names = new TreeSet<>();
    for (Matrix matrix : matrices) {
      names.add(matrix.encoding());
    }
    return String.join(" + ", names);
  }

  private void prepare(int from, int to) {
    int width = input.width();
    for (int token = from; token < to; token++) {
      long source = input.row(token);
      if (norm != null) {
        Rows.rmsNorm(source, norm.weight.address(), width, norm.eps, normed.row(token));
        source = normed.row(token);
      }
      prepared.prepare(source, token, tokens);
    }
  }

  /** Inputs in their own order are read where they are, unless a norm made new ones. */
  private long inputOf(int m) {
    return prepared.isNatural(m)
        ? (normed == null ? input : normed).address()
        : prepared.address(m);
  }

  /** Each worker takes a range of all matrices' grains, those of one matrix after another. */
  private void computeShare(int worker, int count) {
    int parts = activation == null ? matrices.length : 1;
    int total = 0;
    for (int m = 0; m < parts; m++) {
      total += grains(m);
    }
    int from = Workers.start(total, 1, worker, count);
    int to = Workers.start(total, 1, worker + 1, count);
    int start = 0;
    for (int m = 0; m < parts && start < to; m++) {
      int first = Math.max(from - start, 0) * grain;
      int end = Math.min((to - start) * grain, matrices[m].rows);
      if (first < end && activation == null) {
        plain(m, first, end, worker);
      } else if (first < end) {
        gated(first, end, worker);
      }
      start += grains(m);
    }
  }

  private int grains(int m) {
    return (matrices[m].rows + grain - 1) / grain;
  }

  private void plain(int m, int from, int to, int worker) {
    Matrix matrix = matrices[m];
    long x = inputOf(m);
    long y = outputs[m].address();
    int width = matrix.rows;
    for (int row = from; row < to; row += PANEL) {
      int end = Math.min(to, row + PANEL);
      matrix.multiply(row, end, x, tokens, y, width, worker);
      if (biases[m] == null && residual == null) {
        continue;
      }
      for (int token = 0; token < tokens; token++) {
        long at = ((long) token * width + row) * Float.BYTES;
        if (biases[m] != null) {
          long bias = biases[m].address() + (long) row * Float.BYTES;
          Rows.add(y + at, bias, end - row, y + at);
        }
        if (residual != null) {
          Rows.add(y + at, residual.address() + at, end - row, y + at);
        }
      }
    }
  }

  private void gated(int from, int to, int worker) {
    long x0 = inputOf(0);
    long x1 = inputOf(1);
    long gate = outputs[0].address();
    int width = matrices[0].rows;
    for (int row = from; row < to; row += PANEL) {
      int end = Math.min(to, row + PANEL);
      matrices[0].multiply(row, end, x0, tokens, gate, width, worker);
      matrices[1].multiply(row, end, x1, tokens, up.address(), width, worker);
      for (int token = 0; token < tokens; token++) {
        long at = ((long) token * width + row) * Float.BYTES;
        Activations.gate(activation, gate + at, up.address() + at, end - row);
      }
    }
  }

  /** What the factories have in common. */
  private static final class Builder {
    private final KernelContext context;
    private final Value input;
    private final List<WeightTensor> weights = new ArrayList<>();
    private final List<WeightTensor> biases = new ArrayList<>();
    private final List<Value> outputs = new ArrayList<>();
    private Norm norm;
    private Value residual;
    private Activation activation;

    Builder(KernelContext context, Value input) {
      this.context = context;
      this.input = input;
    }

    void add(WeightTensor weight, Optional<WeightTensor> bias, Value output) {
      weights.add(weight);
      biases.add(bias.orElse(null));
      outputs.add(output);
    }

    LinearKernel build() {
      return new LinearKernel(this);
    }
  }
}
