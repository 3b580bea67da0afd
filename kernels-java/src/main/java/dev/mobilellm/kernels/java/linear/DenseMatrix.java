package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.spi.weights.WeightTensor;

/**
 * Weights that are floats where they lie, row after row.
 *
 * <p>One token reads each weight once and waits for memory; four rows at a time are four streams.
 * Many tokens are computed in blocks of four rows by four tokens. Columns are summed in blocks of
 * {@link #COLUMN_BLOCK}, so that four rows and the inputs of four tokens stay in the first-level
 * cache; callers pass so few rows at once that their weights stay in the second-level cache.
 */
abstract class DenseMatrix extends Matrix {

  /** Columns of one pass over the inputs, a multiple of every vector length. */
  static final int COLUMN_BLOCK = 2048;

  /** Rows and tokens that are computed together: 16 accumulators. */
  static final int BLOCK = 4;

  DenseMatrix(WeightTensor weight) {
    super(weight);
  }

  @Override
  final void multiply(int from, int to, long x, int tokens, long y, int yWidth, int worker) {
    for (int column = 0; column < columns; column += COLUMN_BLOCK) {
      int end = Math.min(columns, column + COLUMN_BLOCK);
      if (tokens == 1) {
        vector(from, to, column, end, x, y);
      } else {
        for (int token = 0; token < tokens; token += BLOCK) {
          block(from, to, column, end, x, token, tokens, y, yWidth);
        }
      }
    }
  }

  /** One token: rows from..to over columns c0..c1, added to y unless c0 is 0. */
  abstract void vector(int from, int to, int c0, int c1, long x, long y);

  /** Up to {@link #BLOCK} tokens from {@code token} on; else as {@link #vector}. */
  abstract void block(
      int from, int to, int c0, int c1, long x, int token, int tokens, long y, int yWidth);

  /** Address of a token's inputs, the last token's for indices behind it. */
  final long input(long x, int token, int tokens) {
    return x + (long) Math.min(token, tokens - 1) * columns * Float.BYTES;
  }
}
