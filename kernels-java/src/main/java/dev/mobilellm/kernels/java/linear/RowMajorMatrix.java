package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.WorkerScratch;
import dev.mobilellm.spi.weights.WeightTensor;

/**
 * Weights that lie row after row.
 *
 * <p>One token reads each weight once and waits for memory: the encoding's own kernel takes row
 * after row, one stream that prefetchers follow (four rows at a time read half as fast). Many
 * tokens share each weight: a panel of rows becomes floats once and is multiplied with all tokens.
 * Both sum columns in blocks of {@link #COLUMN_BLOCK}, so that the inputs of four tokens stay in
 * the first-level cache, and both sum in the same order.
 */
abstract class RowMajorMatrix extends Matrix {

  /** Columns of one pass over the inputs, a multiple of two vectors of any length. */
  static final int COLUMN_BLOCK = 1536;

  /**
   * Rows of a panel of floats: with {@link #COLUMN_BLOCK} columns a part of the second-level cache.
   */
  static final int PANEL_ROWS = 16;

  private final WorkerScratch panels;

  RowMajorMatrix(WeightTensor weight, KernelContext context) {
    super(weight);
    panels =
        context.scratch(
            FloatBlock.SCRATCH_BYTES
                + (long) PANEL_ROWS * Math.min(columns, COLUMN_BLOCK) * Float.BYTES);
  }

  @Override
  final void multiply(int from, int to, long x, int tokens, long y, int yWidth, int worker) {
    if (tokens == 1) {
      for (int row = from; row < to; row++) {
        Native.putFloat(y + (long) row * Float.BYTES, dot(row, x));
      }
      return;
    }
    long xBytes = (long) columns * Float.BYTES;
    long yBytes = (long) yWidth * Float.BYTES;
    for (int row = from; row < to; row += PANEL_ROWS) {
      int count = Math.min(PANEL_ROWS, to - row);
      for (int column = 0; column < columns; column += COLUMN_BLOCK) {
        int end = Math.min(columns, column + COLUMN_BLOCK);
        FloatBlock.multiply(
            panel(row, count, column, end, worker),
            panelBytes(column, end),
            count,
            end - column,
            x + (long) column * Float.BYTES,
            xBytes,
            tokens,
            y + (long) row * Float.BYTES,
            yBytes,
            column > 0,
            panels.address(worker));
      }
    }
  }

  private float dot(int row, long x) {
    float sum = dot(row, 0, Math.min(columns, COLUMN_BLOCK), x);
    for (int column = COLUMN_BLOCK; column < columns; column += COLUMN_BLOCK) {
      sum += dot(row, column, Math.min(columns, column + COLUMN_BLOCK), x);
    }
    return sum;
  }

  /**
   * The sum of a row's products with one token over the columns from..to: even and odd vectors of
   * columns in two accumulators, as {@link FloatBlock} has them.
   *
   * @param x address of the token's inputs, from column 0
   */
  abstract float dot(int row, int from, int to, long x);

  /** The address of rows as floats, in the order of the inputs, over the columns from..to. */
  abstract long panel(int row, int count, int from, int to, int worker);

  /** Bytes from one row of a panel to the next. */
  long panelBytes(int from, int to) {
    return (long) (to - from) * Float.BYTES;
  }

  /** Memory for a panel. */
  final long panelAddress(int worker) {
    return panels.address(worker) + FloatBlock.SCRATCH_BYTES;
  }

  /** Where the only part lies, in native memory; its size was checked with the tensor. */
  static long address(WeightTensor weight) {
    return weight.parts().getFirst().address();
  }
}
