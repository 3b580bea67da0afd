package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.Pass.CachePages;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The two products of attention over one page, for four query rows at once: queries with keys, and
 * weights with values. Written out, because C2 keeps only locals in registers.
 */
final class PageProducts {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Floats of a vector; a page holds a whole number of vectors. */
  static final int LANES = FLOATS.length();

  private static final long PAGE_BYTES = (long) CachePages.PAGE * Float.BYTES;
  private static final long VECTOR_BYTES = (long) LANES * Float.BYTES;

  private PageProducts() {}

  /**
   * {@code scores[row][position] = query of row * key of position}; lanes are positions, so that
   * nothing is summed across them.
   *
   * @param keys a page's {@code [headDim][PAGE]}
   * @param from a multiple of {@link #LANES}
   * @param to up to the next multiple is computed
   * @param scores {@code [4][PAGE]}
   */
  static void scores(
      long q0, long q1, long q2, long q3, int headDim, long keys, int from, int to, long scores) {
    int position = from;
    for (; position + LANES < to; position += 2 * LANES) {
      long at = (long) position * Float.BYTES;
      two(q0, q1, q2, q3, headDim, keys + at, scores + at);
    }
    for (; position < to; position += LANES) {
      long at = (long) position * Float.BYTES;
      one(q0, q1, q2, q3, headDim, keys + at, scores + at);
    }
  }

  private static void two(long q0, long q1, long q2, long q3, int headDim, long keys, long scores) {
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector a11 = FloatVector.zero(FLOATS);
    FloatVector a20 = FloatVector.zero(FLOATS);
    FloatVector a21 = FloatVector.zero(FLOATS);
    FloatVector a30 = FloatVector.zero(FLOATS);
    FloatVector a31 = FloatVector.zero(FLOATS);
    for (int d = 0; d < headDim; d++) {
      long at = (long) d * Float.BYTES;
      long key = keys + d * PAGE_BYTES;
      FloatVector k0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, key, Native.ORDER);
      FloatVector k1 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, key + VECTOR_BYTES, Native.ORDER);
      FloatVector x0 = FloatVector.broadcast(FLOATS, Native.getFloat(q0 + at));
      a00 = x0.fma(k0, a00);
      a01 = x0.fma(k1, a01);
      FloatVector x1 = FloatVector.broadcast(FLOATS, Native.getFloat(q1 + at));
      a10 = x1.fma(k0, a10);
      a11 = x1.fma(k1, a11);
      FloatVector x2 = FloatVector.broadcast(FLOATS, Native.getFloat(q2 + at));
      a20 = x2.fma(k0, a20);
      a21 = x2.fma(k1, a21);
      FloatVector x3 = FloatVector.broadcast(FLOATS, Native.getFloat(q3 + at));
      a30 = x3.fma(k0, a30);
      a31 = x3.fma(k1, a31);
    }
    a00.intoMemorySegment(Native.ALL, scores, Native.ORDER);
    a01.intoMemorySegment(Native.ALL, scores + VECTOR_BYTES, Native.ORDER);
    a10.intoMemorySegment(Native.ALL, scores + 1 * PAGE_BYTES, Native.ORDER);
    a11.intoMemorySegment(Native.ALL, scores + 1 * PAGE_BYTES + VECTOR_BYTES, Native.ORDER);
    a20.intoMemorySegment(Native.ALL, scores + 2 * PAGE_BYTES, Native.ORDER);
    a21.intoMemorySegment(Native.ALL, scores + 2 * PAGE_BYTES + VECTOR_BYTES, Native.ORDER);
    a30.intoMemorySegment(Native.ALL, scores + 3 * PAGE_BYTES, Native.ORDER);
    a31.intoMemorySegment(Native.ALL, scores + 3 * PAGE_BYTES + VECTOR_BYTES, Native.ORDER);
  }

  private static void one(long q0, long q1, long q2, long q3, int headDim, long keys, long scores) {
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector a20 = FloatVector.zero(FLOATS);
    FloatVector a30 = FloatVector.zero(FLOATS);
    for (int d = 0; d < headDim; d++) {
      long at = (long) d * Float.BYTES;
      long key = keys + d * PAGE_BYTES;
      FloatVector k0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, key, Native.ORDER);
      FloatVector x0 = FloatVector.broadcast(FLOATS, Native.getFloat(q0 + at));
      a00 = x0.fma(k0, a00);
      FloatVector x1 = FloatVector.broadcast(FLOATS, Native.getFloat(q1 + at));
      a10 = x1.fma(k0, a10);
      FloatVector x2 = FloatVector.broadcast(FLOATS, Native.getFloat(q2 + at));
      a20 = x2.fma(k0, a20);
      FloatVector x3 = FloatVector.broadcast(FLOATS, Native.getFloat(q3 + at));
      a30 = x3.fma(k0, a30);
    }
    a00.intoMemorySegment(Native.ALL, scores, Native.ORDER);
    a10.intoMemorySegment(Native.ALL, scores + 1 * PAGE_BYTES, Native.ORDER);
    a20.intoMemorySegment(Native.ALL, scores + 2 * PAGE_BYTES, Native.ORDER);
    a30.intoMemorySegment(Native.ALL, scores + 3 * PAGE_BYTES, Native.ORDER);
  }

  /**
   * {@code sums[row] += weight of position * value of position}.
   *
   * @param weights {@code [4][PAGE]}
   * @param from the first position
   * @param to behind the last one
   * @param values a page's {@code [PAGE][stride]}
   * @param sums {@code [4][stride]}
   * @param stride a multiple of {@link #LANES}
   */
  static void weightedSums(long weights, int from, int to, long values, int stride, long sums) {
    int d = 0;
    for (; d <= stride - 2 * LANES; d += 2 * LANES) {
      long at = (long) d * Float.BYTES;
      twoSums(weights, from, to, values + at, stride, sums + at);
    }
    for (; d < stride; d += LANES) {
      long at = (long) d * Float.BYTES;
      oneSum(weights, from, to, values + at, stride, sums + at);
    }
  }

  private static void twoSums(long weights, int from, int to, long values, int stride, long sums) {
    long strideBytes = (long) stride * Float.BYTES;
    FloatVector a00 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums, Native.ORDER);
    FloatVector a01 =
        FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums + VECTOR_BYTES, Native.ORDER);
    FloatVector a10 =
        FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums + 1 * strideBytes, Native.ORDER);
    FloatVector a11 =
        FloatVector.fromMemorySegment(
            FLOATS, Native.ALL, sums + 1 * strideBytes + VECTOR_BYTES, Native.ORDER);
    FloatVector a20 =
        FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums + 2 * strideBytes, Native.ORDER);
    FloatVector a21 =
        FloatVector.fromMemorySegment(
            FLOATS, Native.ALL, sums + 2 * strideBytes + VECTOR_BYTES, Native.ORDER);
    FloatVector a30 =
        FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums + 3 * strideBytes, Native.ORDER);
    FloatVector a31 =
        FloatVector.fromMemorySegment(
            FLOATS, Native.ALL, sums + 3 * strideBytes + VECTOR_BYTES, Native.ORDER);
    for (int position = from; position < to; position++) {
      long weight = weights + (long) position * Float.BYTES;
      long value = values + position * strideBytes;
      FloatVector v0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, value, Native.ORDER);
      FloatVector v1 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, value + VECTOR_BYTES, Native.ORDER);
      FloatVector p0 = FloatVector.broadcast(FLOATS, Native.getFloat(weight));
      a00 = p0.fma(v0, a00);
      a01 = p0.fma(v1, a01);
      FloatVector p1 = FloatVector.broadcast(FLOATS, Native.getFloat(weight + 1 * PAGE_BYTES));
      a10 = p1.fma(v0, a10);
      a11 = p1.fma(v1, a11);
      FloatVector p2 = FloatVector.broadcast(FLOATS, Native.getFloat(weight + 2 * PAGE_BYTES));
      a20 = p2.fma(v0, a20);
      a21 = p2.fma(v1, a21);
      FloatVector p3 = FloatVector.broadcast(FLOATS, Native.getFloat(weight + 3 * PAGE_BYTES));
      a30 = p3.fma(v0, a30);
      a31 = p3.fma(v1, a31);
    }
    a00.intoMemorySegment(Native.ALL, sums, Native.ORDER);
    a01.intoMemorySegment(Native.ALL, sums + VECTOR_BYTES, Native.ORDER);
    a10.intoMemorySegment(Native.ALL, sums + 1 * strideBytes, Native.ORDER);
    a11.intoMemorySegment(Native.ALL, sums + 1 * strideBytes + VECTOR_BYTES, Native.ORDER);
    a20.intoMemorySegment(Native.ALL, sums + 2 * strideBytes, Native.ORDER);
    a21.intoMemorySegment(Native.ALL, sums + 2 * strideBytes + VECTOR_BYTES, Native.ORDER);
    a30.intoMemorySegment(Native.ALL, sums + 3 * strideBytes, Native.ORDER);
    a31.intoMemorySegment(Native.ALL, sums + 3 * strideBytes + VECTOR_BYTES, Native.ORDER);
  }

  private static void oneSum(long weights, int from, int to, long values, int stride, long sums) {
    long strideBytes = (long) stride * Float.BYTES;
    FloatVector a00 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums, Native.ORDER);
    FloatVector a10 =
        FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums + 1 * strideBytes, Native.ORDER);
    FloatVector a20 =
        FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums + 2 * strideBytes, Native.ORDER);
    FloatVector a30 =
        FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums + 3 * strideBytes, Native.ORDER);
    for (int position = from; position < to; position++) {
      long weight = weights + (long) position * Float.BYTES;
      long value = values + position * strideBytes;
      FloatVector v0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, value, Native.ORDER);
      FloatVector p0 = FloatVector.broadcast(FLOATS, Native.getFloat(weight));
      a00 = p0.fma(v0, a00);
      FloatVector p1 = FloatVector.broadcast(FLOATS, Native.getFloat(weight + 1 * PAGE_BYTES));
      a10 = p1.fma(v0, a10);
      FloatVector p2 = FloatVector.broadcast(FLOATS, Native.getFloat(weight + 2 * PAGE_BYTES));
      a20 = p2.fma(v0, a20);
      FloatVector p3 = FloatVector.broadcast(FLOATS, Native.getFloat(weight + 3 * PAGE_BYTES));
      a30 = p3.fma(v0, a30);
    }
    a00.intoMemorySegment(Native.ALL, sums, Native.ORDER);
    a10.intoMemorySegment(Native.ALL, sums + 1 * strideBytes, Native.ORDER);
    a20.intoMemorySegment(Native.ALL, sums + 2 * strideBytes, Native.ORDER);
    a30.intoMemorySegment(Native.ALL, sums + 3 * strideBytes, Native.ORDER);
  }
}
