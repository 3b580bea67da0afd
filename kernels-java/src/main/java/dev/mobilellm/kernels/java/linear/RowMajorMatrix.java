package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.memory.StreamingRead;
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

  /** Up to so many tokens making a panel takes longer than widening weights again. */
  private static final int FEW_TOKENS = 16;

  /** Weights that few tokens are multiplied with at a time: a part of the second-level cache. */
  private static final long BLOCK_BYTES = 192 << 10;

  /**
   * Rows of a panel of floats: with {@link #COLUMN_BLOCK} columns a part of the second-level cache.
   */
  static final int PANEL_ROWS = 64;

  /**
   * Rows from the one that is computed to the one whose first bytes are read ahead: where a page
   * begins prefetchers lose the stream, and this leads them on.
   */
  private static final int TOUCH_AHEAD = 6;

  private final long address;
  private final long rowBytes;
  private final int weightBytes;
  private final WorkerScratch panels;

  /** Bytes of inputs of a step. Not a constant, lest C2 unrolls loops until registers run out. */
  final long stepBytes = FloatBlock.STEP * (long) Float.BYTES;

  RowMajorMatrix(WeightTensor weight, int weightBytes, KernelContext context) {
    super(weight);
    this.weightBytes = weightBytes;
    address = weight.parts().getFirst().address();
    rowBytes = (long) columns * weightBytes;
    panels =
        context.scratch(
            FloatBlock.SCRATCH_BYTES
                + (long) PANEL_ROWS * Math.min(columns, COLUMN_BLOCK) * Float.BYTES);
  }

  @Override
  final void multiply(int from, int to, long x, int tokens, long y, int yWidth, int worker) {
    if (tokens == 1) {
      int touched = 0;
      for (int row = from; row < to; row++) {
        touched += Native.getByte(address(Math.min(row + TOUCH_AHEAD, rows - 1), 0));
        Native.putFloat(y + (long) row * Float.BYTES, dot(row, x));
      }
      Native.putInt(panels.address(worker), touched);
      return;
    }
    long xBytes = (long) columns * Float.BYTES;
    long yBytes = (long) yWidth * Float.BYTES;
    if (tokens <= FEW_TOKENS && columns % FloatBlock.STEP == 0) {
      int whole = from + (to - from) / FloatBlock.SIDE * FloatBlock.SIDE;
      few(from, whole, x, xBytes, tokens, y, yBytes, worker);
      from = whole;
    }
    for (int row = from; row < to; row += PANEL_ROWS) {
      int count = Math.min(PANEL_ROWS, to - row);
      for (int column = 0; column < columns; column += COLUMN_BLOCK) {
        int end = Math.min(columns, column + COLUMN_BLOCK);
        FloatBlock.multiply(
            panel(row, count, column, end, worker),
            (long) (end - column) * Float.BYTES,
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

  /**
   * Rows in fours with few tokens, without a panel: weights are widened in registers. Each block of
   * rows is first brought into the second-level cache. The products alone would wait for memory
   * longer than reading and computing take one behind the other: a core looks some 300 instructions
   * ahead, which are 160 cache lines of a loop that only reads, and 18 of the products'.
   */
  private void few(
      int from, int to, long x, long xBytes, int tokens, long y, long yBytes, int worker) {
    long sums = panels.address(worker);
    int block = Math.max(1, (int) (BLOCK_BYTES / rowBytes / FloatBlock.SIDE)) * FloatBlock.SIDE;
    for (int row = from; row < to; row += block) {
      int end = Math.min(to, row + block);
      Native.putLong(sums, StreamingRead.sum(address(row, 0), (end - row) * rowBytes));
      for (int token = 0; token < tokens; token += FloatBlock.SIDE) {
        int used = Math.min(FloatBlock.SIDE, tokens - token);
        four(row, end, x + token * xBytes, xBytes, used, y + token * yBytes, yBytes, sums);
      }
    }
  }

  /** Rows in fours with up to four tokens. */
  private void four(
      int from, int to, long x, long xBytes, int tokens, long y, long yBytes, long sums) {
    for (int row = from; row < to; row += FloatBlock.SIDE) {
      for (int column = 0; column < columns; column += COLUMN_BLOCK) {
        int end = Math.min(columns, column + COLUMN_BLOCK);
        long inputs = x + (long) column * Float.BYTES;
        rowPair(row, column, end, inputs, xBytes, tokens - 1, sums);
        long second = sums + 2 * FloatBlock.VECTOR_BYTES;
        rowPair(row + 2, column, end, inputs, xBytes, tokens - 1, second);
        FloatBlock.sumLanes(sums);
        FloatBlock.store(sums, tokens, y + (long) row * Float.BYTES, yBytes, column > 0);
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

  /**
   * As {@link #dot(int, int, int, long)}, for two rows and up to four tokens, and not summed across
   * lanes. Two rows share the loads of inputs; four would be too many registers. Each encoding has
   * a loop of its own: a loop for all would widen through a call with several receivers, and C2
   * would put every vector on the heap.
   *
   * @param x address of the first token's inputs, from column {@code from}, {@code xBytes} from one
   *     to the next
   * @param last index of the last token; it stands for those that are missing
   * @param target of the first token's two vectors, {@link FloatBlock#SIDE} vectors from one token
   *     to the next
   */
  abstract void rowPair(int row, int from, int to, long x, long xBytes, int last, long target);

  /**
   * The address of rows as floats, one behind the other, in the order of the inputs, over the
   * columns from..to.
   */
  abstract long panel(int row, int count, int from, int to, int worker);

  /** Memory for a panel. */
  final long panelAddress(int worker) {
    return panels.address(worker) + FloatBlock.SCRATCH_BYTES;
  }

  /** Where a weight lies; the size of the only part was checked with the tensor. */
  final long address(int row, int column) {
    return address + row * rowBytes + (long) column * weightBytes;
  }
}
