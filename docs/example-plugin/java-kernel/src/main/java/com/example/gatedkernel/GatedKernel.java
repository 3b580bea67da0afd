package com.example.gatedkernel;

import dev.mobilellm.kernels.java.spi.JavaKernel;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.Pass;
import dev.mobilellm.kernels.java.spi.RowBuffer;
import dev.mobilellm.kernels.java.spi.Workers;
import dev.mobilellm.spi.graph.NormGatedLinear;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * RMSNorm, both matrices of a GLU and the activation between them, in one kernel: the normalised
 * input is written once, and each row of gate and up is read once for all tokens of a pass.
 *
 * <p>Not faster than the device's own, but as long as a kernel need be: bound once, checked once,
 * rows shared out among the threads, no sum cut by them.
 */
final class GatedKernel implements JavaKernel {

  /** How a report calls it. */
  static final String NAME = "example gated f32";

  /** Rows that one thread computes at least. */
  private static final int GRAIN = 4;

  private final NormGatedLinear op;
  private final Workers workers;
  private final RowBuffer input;
  private final RowBuffer normed;
  private final RowBuffer output;
  private final MemorySegment norm;
  private final MemorySegment gate;
  private final MemorySegment up;

  GatedKernel(NormGatedLinear op, KernelContext context) {
    this.op = op;
    workers = context.workers();
    input = context.buffer(op.input());
    output = context.buffer(op.output());
    normed = context.scratchRows("example gated: normed input", op.input().width());
    // Small, and stored as the checkpoint likes: decoded once.
    norm = context.arena().allocate(ValueLayout.JAVA_FLOAT, op.norm().columns());
    op.norm().encoding().decodeRow(op.norm(), 0, norm);
    gate = op.gate().parts().getFirst();
    up = op.up().parts().getFirst();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void run(Pass pass) {
    int rows = pass.rows(op.input().rows());
    workers.run(
        (worker, count) -> {
          int end = Workers.start(rows, 1, worker + 1, count);
          for (int row = Workers.start(rows, 1, worker, count); row < end; row++) {
            normalise(input.segment(row), normed.segment(row));
          }
        });
    int width = op.output().width();
    workers.run(
        (worker, count) -> {
          int end = Workers.start(width, GRAIN, worker + 1, count);
          for (int column = Workers.start(width, GRAIN, worker, count); column < end; column++) {
            gated(column, rows);
          }
        });
  }

  private void normalise(MemorySegment from, MemorySegment to) {
    int width = op.input().width();
    float scale = (float) (1 / Math.sqrt(Floats.dot(from, 0, from, 0, width) / width + op.eps()));
    for (int i = 0; i < width; i++) {
      float value = from.getAtIndex(ValueLayout.JAVA_FLOAT, i) * scale;
      to.setAtIndex(ValueLayout.JAVA_FLOAT, i, value * norm.getAtIndex(ValueLayout.JAVA_FLOAT, i));
    }
  }

  private void gated(int column, int rows) {
    int width = op.input().width();
    long weights = (long) column * width * Float.BYTES;
    for (int row = 0; row < rows; row++) {
      MemorySegment x = normed.segment(row);
      double activated = op.activation().apply(Floats.dot(x, 0, gate, weights, width));
      float value = (float) (activated * Floats.dot(x, 0, up, weights, width));
      output.segment(row).setAtIndex(ValueLayout.JAVA_FLOAT, column, value);
    }
  }
}
