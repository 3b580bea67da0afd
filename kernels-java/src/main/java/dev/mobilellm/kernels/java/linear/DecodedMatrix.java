package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.WorkerScratch;
import dev.mobilellm.spi.weights.WeightTensor;

/**
 * Weights of any encoding, decoded to float a few rows at a time by the encoding itself: slow, but
 * always there. Many tokens share one decoding.
 */
final class DecodedMatrix extends Matrix {

  private static final int PANEL_ROWS = 16;

  private final WeightTensor weight;
  private final WorkerScratch panels;
  private final long rowBytes;

  DecodedMatrix(WeightTensor weight, KernelContext context) {
    super(weight);
    this.weight = weight;
    rowBytes = (long) columns * Float.BYTES;
    panels = context.scratch(FloatBlock.SCRATCH_BYTES + (PANEL_ROWS + 1) * rowBytes);
  }

  @Override
  String encoding() {
    return weight.encoding().name() + " decoded";
  }

  @Override
  InputForm form() {
    return InputForm.NATURAL;
  }

  @Override
  void multiply(int from, int to, long x, int tokens, long y, int yWidth, int worker) {
    long scratch = panels.address(worker);
    long decoded = scratch + FloatBlock.SCRATCH_BYTES;
    long panel = decoded + rowBytes;
    for (int row = from; row < to; row += PANEL_ROWS) {
      int count = Math.min(PANEL_ROWS, to - row);
      for (int i = 0; i < count; i++) {
        weight.decodeRow(row + i, Native.ALL.asSlice(decoded, rowBytes));
        long target = FloatBlock.start(panel, i, columns);
        FloatBlock.fill(decoded, 1, columns, target, FloatBlock.rest(panel, i, columns));
      }
      FloatBlock.multiply(
          panel,
          count,
          columns,
          x,
          rowBytes,
          tokens,
          y + (long) row * Float.BYTES,
          (long) yWidth * Float.BYTES,
          false,
          scratch);
    }
  }
}
