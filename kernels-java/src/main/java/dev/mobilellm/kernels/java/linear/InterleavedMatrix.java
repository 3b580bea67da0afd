package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.WorkerScratch;
import dev.mobilellm.spi.weights.WeightTensor;

/**
 * Weights in a floating-point type, of which most rows are {@link Interleaving interleaved}.
 *
 * <p>One or few tokens wait for memory: weights are widened in registers. Many tokens share each
 * weight: a panel of rows becomes floats once and is multiplied with all of them. All sum columns
 * in blocks of {@link #COLUMN_BLOCK}, so that the inputs of four tokens stay in the first-level
 * cache, and all in the same order.
 */
abstract class InterleavedMatrix extends Matrix {

  /** Columns of one pass over the inputs, a multiple of two vectors of any length. */
  static final int COLUMN_BLOCK = 1536;

  /** Up to so many tokens making a panel takes longer than widening weights again. */
  private static final int FEW_TOKENS = 16;

  /**
   * Tokens behind the first of few that are multiplied at once: a batch of four is one and three.
   */
  private static final int TOGETHER = 3;

  /** Weights that few tokens are multiplied with at a time: a part of the second-level cache. */
  private static final long BLOCK_BYTES = 192 << 10;

  /**
   * Rows of a panel of floats: with {@link #COLUMN_BLOCK} columns a part of the second-level cache.
   */
  static final int PANEL_ROWS = 64;

  private final Interleaving interleaving;
  private final WorkerScratch panels;

  /** Bytes of inputs of a step. Not a constant, lest C2 unrolls loops until registers run out. */
  final long stepBytes = FloatBlock.STEP * (long) Float.BYTES;

  InterleavedMatrix(WeightTensor weight, int weightBytes, KernelContext context) {
    super(weight);
    interleaving = new Interleaving(weight, weightBytes, grain(), context.arena());
    panels =
        context.scratch(
            FloatBlock.SCRATCH_BYTES
                + (long) PANEL_ROWS * Math.min(columns, COLUMN_BLOCK) * Float.BYTES);
  }

  @Override
  final void multiply(int from, int to, long x, int tokens, long y, int yWidth, int worker) {
    long xBytes = (long) columns * Float.BYTES;
    long yBytes = (long) yWidth * Float.BYTES;
    if (tokens > FEW_TOKENS) {
      interleaving.approach(from, to);
      many(from, to, x, xBytes, tokens, y, yBytes, worker);
      return;
    }
    interleaving.advance(from, to);
    for (int row = from, end; row < to; row = end) {
      end = interleaving.sameOrder(row, to);
      if (interleaving.has(row)) {
        few(row, end, x, xBytes, tokens, y, yBytes, worker);
      } else if (tokens > 1) {
        many(row, end, x, xBytes, tokens, y, yBytes, worker);
      } else {
        one(row, end, x, y);
      }
    }
  }

  private void one(int from, int to, long x, long y) {
    for (int row = from; row < to; row++) {
      Native.putFloat(y + (long) row * Float.BYTES, dot(row, x));
    }
  }

  private void many(
      int from, int to, long x, long xBytes, int tokens, long y, long yBytes, int worker) {
    for (int row = from; row < to; row += PANEL_ROWS) {
      int count = Math.min(PANEL_ROWS, to - row);
      for (int column = 0; column < columns; column += COLUMN_BLOCK) {
        int end = Math.min(columns, column + COLUMN_BLOCK);
        FloatBlock.multiply(
            panel(row, count, column, end, worker),
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
   * Interleaved rows with few tokens, without a panel: a block of rows with the first token, which
   * brings them into the second-level cache as fast as memory allows, then with the others. With
   * all at once the products would wait for memory longer than one behind the other takes, for a
   * core looks some 300 instructions ahead.
   */
  private void few(
      int from, int to, long x, long xBytes, int tokens, long y, long yBytes, int worker) {
    long sums = panels.address(worker);
    int block =
        Math.max(1, (int) (BLOCK_BYTES / interleaving.rowBytes() / FloatBlock.SIDE))
            * FloatBlock.SIDE;
    for (int row = from; row < to; row += block) {
      int end = Math.min(to, row + block);
      together(row, end, x, xBytes, 1, y, yBytes, sums);
      for (int token = 1; token < tokens; token += TOGETHER) {
        int used = Math.min(TOGETHER, tokens - token);
        together(row, end, x + token * xBytes, xBytes, used, y + token * yBytes, yBytes, sums);
      }
    }
  }

  /** Interleaved rows with up to {@link #TOGETHER} tokens. */
  private void together(
      int from, int to, long x, long xBytes, int tokens, long y, long yBytes, long sums) {
    for (int row = from; row < to; row += FloatBlock.SIDE) {
      for (int column = 0; column < columns; column += COLUMN_BLOCK) {
        int end = Math.min(columns, column + COLUMN_BLOCK);
        long w = address(row, column);
        long inputs = x + (long) column * Float.BYTES;
        long bytes = (end - column) * (long) Float.BYTES;
        if (tokens == 1) {
          fourRows(w, bytes, inputs, sums);
        } else {
          twoRows(w, bytes, inputs, xBytes, tokens - 1, sums);
          long second = sums + 2 * FloatBlock.VECTOR_BYTES;
          twoRows(w + 2 * interleaving.unitBytes(), bytes, inputs, xBytes, tokens - 1, second);
        }
        FloatBlock.sumLanes(sums, tokens);
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
   * The sum of the products of a row that is not interleaved with one token over the columns
   * from..to, summed in the order of {@link FloatBlock}.
   *
   * @param x address of the token's inputs, from column 0
   */
  abstract float dot(int row, int from, int to, long x);

  /**
   * As {@link #dot(int, int, int, long)}, for four interleaved rows, and not summed across lanes.
   * Each encoding has a loop of its own: a loop for all would widen through a call with several
   * receivers, and C2 would put every vector on the heap.
   *
   * @param w address of the first row's first column
   * @param bytes of inputs
   * @param x address of the first of them
   * @param target of four vectors
   */
  abstract void fourRows(long w, long bytes, long x, long target);

  /**
   * As {@link #fourRows}, for the first two of these rows and up to {@link #TOGETHER} tokens; four
   * rows would be too many registers.
   *
   * @param x address of the first token's inputs, {@code xBytes} from one to the next
   * @param last index of the last token; it stands for those that are missing
   * @param target of the first token's two vectors, {@link FloatBlock#SIDE} vectors from one token
   *     to the next
   */
  abstract void twoRows(long w, long bytes, long x, long xBytes, int last, long target);

  /** Puts the columns from..to of a row, as floats in the order of the inputs, into a panel. */
  abstract void widen(int row, int from, int to, long target, long rest);

  private long panel(int row, int count, int from, int to, int worker) {
    long panel = panels.address(worker) + FloatBlock.SCRATCH_BYTES;
    int width = to - from;
    for (int i = 0; i < count; i++) {
      widen(row + i, from, to, FloatBlock.start(panel, i, width), FloatBlock.rest(panel, i, width));
    }
    return panel;
  }

  /** Where a weight lies that is the first of a step. */
  final long address(int row, int column) {
    return interleaving.address(row, column);
  }

  /** From one step of a row to the next, in steps. */
  final int spread(int row) {
    return interleaving.has(row) ? FloatBlock.SIDE : 1;
  }
}
