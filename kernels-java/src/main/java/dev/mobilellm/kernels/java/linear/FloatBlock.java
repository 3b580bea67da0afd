package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Sums;
import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of float rows with the inputs of many tokens, in blocks of four rows by four tokens: 16
 * accumulators for 8 loads, so that the multiply-add units never wait for memory.
 */
final class FloatBlock {

  /** Rows and tokens that are computed together. */
  static final int SIDE = 4;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** As many floats as a block has rows. */
  private static final VectorSpecies<Float> ROWS = FloatVector.SPECIES_128;

  /** Floats of a vector. */
  static final int LANES = Sums.LANES;

  static final long VECTOR_BYTES = (long) LANES * Float.BYTES;

  /** Columns that are taken at once: a vector of words of 16 bits is two of floats. */
  static final int STEP = 2 * LANES;

  /** Bytes from one vector of a panel's row to its next. */
  static final long ROW_BYTES = SIDE * VECTOR_BYTES;

  /** Scratch memory that {@link #multiply} wants: the accumulators of a block. */
  static final long SCRATCH_BYTES = SIDE * ROW_BYTES;

  private FloatBlock() {}

  /**
   * Where a row of a panel begins: of four rows the vectors in turn, then of each the columns that
   * fill no {@link #STEP}. So a block reads one stream.
   */
  static long start(long panel, int row, int columns) {
    int place = row % SIDE;
    return panel + (long) (row - place) * columns * Float.BYTES + place * VECTOR_BYTES;
  }

  /** Where its last columns are. */
  static long rest(long panel, int row, int columns) {
    int place = row % SIDE;
    int rest = columns % STEP;
    long group = panel + (long) (row - place) * columns * Float.BYTES;
    return group + ((long) SIDE * (columns - rest) + (long) place * rest) * Float.BYTES;
  }

  /**
   * Fills a row of a panel.
   *
   * @param w address of its floats, of which each {@link #STEP} is {@code spread} steps behind the
   *     one before
   */
  static void fill(long w, int spread, int columns, long to, long rest) {
    int c = 0;
    for (; c <= columns - STEP; c += STEP) {
      long from = w + (long) c * Float.BYTES * spread;
      FloatVector.fromMemorySegment(FLOATS, Native.ALL, from, Native.ORDER)
          .intoMemorySegment(Native.ALL, to, Native.ORDER);
      FloatVector.fromMemorySegment(FLOATS, Native.ALL, from + VECTOR_BYTES, Native.ORDER)
          .intoMemorySegment(Native.ALL, to + ROW_BYTES, Native.ORDER);
      to += 2 * ROW_BYTES;
    }
    Native.copy(w + (long) c * Float.BYTES, rest, (long) (columns - c) * Float.BYTES);
  }

  /**
   * Computes {@code y[token][row] = sum over columns of w[row][column] * x[token][column]}: in each
   * lane one column after another, then across lanes, then the columns that fill no {@link #STEP}.
   * The kernels for one token sum in the same order.
   *
   * @param panel address of the rows, with room for a whole number of {@link #SIDE}
   * @param x address of the first token's inputs, {@code xBytes} from one to the next
   * @param y address of the first token's outputs, {@code yBytes} from one to the next
   * @param add whether the sums are added to what y holds
   * @param scratch {@link #SCRATCH_BYTES}, aligned to a vector
   */
  static void multiply(
      long panel,
      int rows,
      int columns,
      long x,
      long xBytes,
      int tokens,
      long y,
      long yBytes,
      boolean add,
      long scratch) {
    int whole = columns / STEP * STEP;
    for (int token = 0; token < tokens; token += SIDE) {
      int usedTokens = Math.min(SIDE, tokens - token);
      long xBlock = x + token * xBytes;
      for (int row = 0; row < rows; row += SIDE) {
        int usedRows = Math.min(SIDE, rows - row);
        accumulate(start(panel, row, columns), whole, xBlock, xBytes, usedTokens - 1, scratch);
        sumLanes(scratch, usedTokens);
        long yBlock = y + token * yBytes + (long) row * Float.BYTES;
        if (usedRows == SIDE && whole == columns) {
          store(scratch, usedTokens, yBlock, yBytes, add);
        } else {
          finish(
              scratch,
              rest(panel, row, columns),
              usedRows,
              columns - whole,
              xBlock + whole * (long) Float.BYTES,
              xBytes,
              usedTokens,
              yBlock,
              yBytes,
              add);
        }
      }
    }
  }

  /**
   * One block; the accumulators go to scratch, because summing them here would make this method too
   * large for the compiler to keep vectors in registers. Where fewer than four tokens are left, the
   * last one is computed several times. Written out, because C2 keeps only locals in registers.
   */
  private static void accumulate(
      long w, int columns, long x0, long xBytes, int lastToken, long scratch) {
    long x1 = x0 + Math.min(1, lastToken) * xBytes;
    long x2 = x0 + Math.min(2, lastToken) * xBytes;
    long x3 = x0 + lastToken * xBytes;
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector a02 = FloatVector.zero(FLOATS);
    FloatVector a03 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector a11 = FloatVector.zero(FLOATS);
    FloatVector a12 = FloatVector.zero(FLOATS);
    FloatVector a13 = FloatVector.zero(FLOATS);
    FloatVector a20 = FloatVector.zero(FLOATS);
    FloatVector a21 = FloatVector.zero(FLOATS);
    FloatVector a22 = FloatVector.zero(FLOATS);
    FloatVector a23 = FloatVector.zero(FLOATS);
    FloatVector a30 = FloatVector.zero(FLOATS);
    FloatVector a31 = FloatVector.zero(FLOATS);
    FloatVector a32 = FloatVector.zero(FLOATS);
    FloatVector a33 = FloatVector.zero(FLOATS);
    for (int c = 0; c < columns; c += LANES) {
      long at = (long) c * Float.BYTES;
      FloatVector e0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x0 + at, Native.ORDER);
      FloatVector e1 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x1 + at, Native.ORDER);
      FloatVector e2 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x2 + at, Native.ORDER);
      FloatVector e3 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x3 + at, Native.ORDER);
      FloatVector v0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w, Native.ORDER);
      a00 = v0.fma(e0, a00);
      a10 = v0.fma(e1, a10);
      a20 = v0.fma(e2, a20);
      a30 = v0.fma(e3, a30);
      FloatVector v1 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, w + 1 * VECTOR_BYTES, Native.ORDER);
      a01 = v1.fma(e0, a01);
      a11 = v1.fma(e1, a11);
      a21 = v1.fma(e2, a21);
      a31 = v1.fma(e3, a31);
      FloatVector v2 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, w + 2 * VECTOR_BYTES, Native.ORDER);
      a02 = v2.fma(e0, a02);
      a12 = v2.fma(e1, a12);
      a22 = v2.fma(e2, a22);
      a32 = v2.fma(e3, a32);
      FloatVector v3 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, w + 3 * VECTOR_BYTES, Native.ORDER);
      a03 = v3.fma(e0, a03);
      a13 = v3.fma(e1, a13);
      a23 = v3.fma(e2, a23);
      a33 = v3.fma(e3, a33);
      w += ROW_BYTES;
    }
    a00.intoMemorySegment(Native.ALL, scratch, Native.ORDER);
    a01.intoMemorySegment(Native.ALL, scratch + 1 * VECTOR_BYTES, Native.ORDER);
    a02.intoMemorySegment(Native.ALL, scratch + 2 * VECTOR_BYTES, Native.ORDER);
    a03.intoMemorySegment(Native.ALL, scratch + 3 * VECTOR_BYTES, Native.ORDER);
    a10.intoMemorySegment(Native.ALL, scratch + 4 * VECTOR_BYTES, Native.ORDER);
    a11.intoMemorySegment(Native.ALL, scratch + 5 * VECTOR_BYTES, Native.ORDER);
    a12.intoMemorySegment(Native.ALL, scratch + 6 * VECTOR_BYTES, Native.ORDER);
    a13.intoMemorySegment(Native.ALL, scratch + 7 * VECTOR_BYTES, Native.ORDER);
    a20.intoMemorySegment(Native.ALL, scratch + 8 * VECTOR_BYTES, Native.ORDER);
    a21.intoMemorySegment(Native.ALL, scratch + 9 * VECTOR_BYTES, Native.ORDER);
    a22.intoMemorySegment(Native.ALL, scratch + 10 * VECTOR_BYTES, Native.ORDER);
    a23.intoMemorySegment(Native.ALL, scratch + 11 * VECTOR_BYTES, Native.ORDER);
    a30.intoMemorySegment(Native.ALL, scratch + 12 * VECTOR_BYTES, Native.ORDER);
    a31.intoMemorySegment(Native.ALL, scratch + 13 * VECTOR_BYTES, Native.ORDER);
    a32.intoMemorySegment(Native.ALL, scratch + 14 * VECTOR_BYTES, Native.ORDER);
    a33.intoMemorySegment(Native.ALL, scratch + 15 * VECTOR_BYTES, Native.ORDER);
  }

  /** Sums each accumulator of so many tokens across its lanes, for {@link #store}. */
  static void sumLanes(long scratch, int tokens) {
    for (int i = 0; i < tokens * SIDE; i += LANES) {
      Sums.ofAll(scratch + i * VECTOR_BYTES);
    }
  }

  /** Where the sum of an accumulator is: in a lane of the first vector of its group. */
  private static long sum(long scratch, int accumulator) {
    int lane = accumulator % LANES;
    return scratch + (accumulator - lane) * VECTOR_BYTES + (long) lane * Float.BYTES;
  }

  /** Stores the sums of four rows for each token. */
  static void store(long scratch, int tokens, long y, long yBytes, boolean add) {
    for (int t = 0; t < tokens; t++) {
      FloatVector sums =
          FloatVector.fromMemorySegment(ROWS, Native.ALL, sum(scratch, t * SIDE), Native.ORDER);
      long at = y + t * yBytes;
      if (add) {
        sums = FloatVector.fromMemorySegment(ROWS, Native.ALL, at, Native.ORDER).add(sums);
      }
      sums.intoMemorySegment(Native.ALL, at, Native.ORDER);
    }
  }

  /** Adds the last columns to the sums, and stores those of the rows that there are. */
  private static void finish(
      long scratch,
      long w,
      int rows,
      int columns,
      long x,
      long xBytes,
      int tokens,
      long y,
      long yBytes,
      boolean add) {
    for (int t = 0; t < tokens; t++) {
      for (int row = 0; row < rows; row++) {
        float sum = Native.getFloat(sum(scratch, t * SIDE + row));
        for (int c = 0; c < columns; c++) {
          long at = (long) c * Float.BYTES;
          float weight = Native.getFloat(w + (long) row * columns * Float.BYTES + at);
          sum = Math.fma(weight, Native.getFloat(x + t * xBytes + at), sum);
        }
        long target = y + t * yBytes + (long) row * Float.BYTES;
        Native.putFloat(target, add ? Native.getFloat(target) + sum : sum);
      }
    }
  }
}
