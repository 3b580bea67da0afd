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

  /** Floats of a vector. */
  static final int LANES = FLOATS.length();

  private FloatBlock() {}

  /**
   * Computes {@code y[token][row] = sum over columns of w[row][column] * x[token][column]}.
   *
   * @param step columns are taken in whole steps, a multiple of the vector length; the rest one by
   *     one. Part of the order of summation: the encoding's kernel for one token has the same.
   * @param w address of the first row, {@code wBytes} from one to the next
   * @param x address of the first token's inputs, {@code xBytes} from one to the next
   * @param y address of the first token's outputs, {@code yBytes} from one to the next
   * @param add whether the sums are added to what y holds
   */
  static void multiply(
      long w,
      long wBytes,
      int rows,
      int columns,
      int step,
      long x,
      long xBytes,
      int tokens,
      long y,
      long yBytes,
      boolean add) {
    for (int token = 0; token < tokens; token += SIDE) {
      int usedTokens = Math.min(SIDE, tokens - token);
      for (int row = 0; row < rows; row += SIDE) {
        int usedRows = Math.min(SIDE, rows - row);
        block(
            w + row * wBytes,
            wBytes,
            usedRows,
            columns,
            columns / step * step,
            x + token * xBytes,
            xBytes,
            usedTokens,
            y + token * yBytes + (long) row * Float.BYTES,
            yBytes,
            add);
      }
    }
  }

  /**
   * One block. Where fewer than four rows or tokens are left, the last one is computed several
   * times and stored once. Written out, because C2 keeps only locals in registers.
   */
  private static void block(
      long w0,
      long wBytes,
      int usedRows,
      int columns,
      int wholeColumns,
      long x0,
      long xBytes,
      int usedTokens,
      long y,
      long yBytes,
      boolean add) {
    long w1 = w0 + Math.min(1, usedRows - 1) * wBytes;
    long w2 = w0 + Math.min(2, usedRows - 1) * wBytes;
    long w3 = w0 + (usedRows - 1) * wBytes;
    long x1 = x0 + Math.min(1, usedTokens - 1) * xBytes;
    long x2 = x0 + Math.min(2, usedTokens - 1) * xBytes;
    long x3 = x0 + (usedTokens - 1) * xBytes;
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
    int c = 0;
    for (; c < wholeColumns; c += LANES) {
      long at = (long) c * Float.BYTES;
      FloatVector e0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x0 + at, Native.ORDER);
      FloatVector e1 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x1 + at, Native.ORDER);
      FloatVector e2 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x2 + at, Native.ORDER);
      FloatVector e3 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x3 + at, Native.ORDER);
      FloatVector v0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w0 + at, Native.ORDER);
      a00 = v0.fma(e0, a00);
      a10 = v0.fma(e1, a10);
      a20 = v0.fma(e2, a20);
      a30 = v0.fma(e3, a30);
      FloatVector v1 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w1 + at, Native.ORDER);
      a01 = v1.fma(e0, a01);
      a11 = v1.fma(e1, a11);
      a21 = v1.fma(e2, a21);
      a31 = v1.fma(e3, a31);
      FloatVector v2 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w2 + at, Native.ORDER);
      a02 = v2.fma(e0, a02);
      a12 = v2.fma(e1, a12);
      a22 = v2.fma(e2, a22);
      a32 = v2.fma(e3, a32);
      FloatVector v3 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w3 + at, Native.ORDER);
      a03 = v3.fma(e0, a03);
      a13 = v3.fma(e1, a13);
      a23 = v3.fma(e2, a23);
      a33 = v3.fma(e3, a33);
    }
    float s00 = Sums.of(a00);
    float s01 = Sums.of(a01);
    float s02 = Sums.of(a02);
    float s03 = Sums.of(a03);
    float s10 = Sums.of(a10);
    float s11 = Sums.of(a11);
    float s12 = Sums.of(a12);
    float s13 = Sums.of(a13);
    float s20 = Sums.of(a20);
    float s21 = Sums.of(a21);
    float s22 = Sums.of(a22);
    float s23 = Sums.of(a23);
    float s30 = Sums.of(a30);
    float s31 = Sums.of(a31);
    float s32 = Sums.of(a32);
    float s33 = Sums.of(a33);
    for (; c < columns; c++) {
      long at = (long) c * Float.BYTES;
      float u0 = Native.getFloat(x0 + at);
      float u1 = Native.getFloat(x1 + at);
      float u2 = Native.getFloat(x2 + at);
      float u3 = Native.getFloat(x3 + at);
      float k0 = Native.getFloat(w0 + at);
      s00 = Math.fma(k0, u0, s00);
      s10 = Math.fma(k0, u1, s10);
      s20 = Math.fma(k0, u2, s20);
      s30 = Math.fma(k0, u3, s30);
      float k1 = Native.getFloat(w1 + at);
      s01 = Math.fma(k1, u0, s01);
      s11 = Math.fma(k1, u1, s11);
      s21 = Math.fma(k1, u2, s21);
      s31 = Math.fma(k1, u3, s31);
      float k2 = Native.getFloat(w2 + at);
      s02 = Math.fma(k2, u0, s02);
      s12 = Math.fma(k2, u1, s12);
      s22 = Math.fma(k2, u2, s22);
      s32 = Math.fma(k2, u3, s32);
      float k3 = Native.getFloat(w3 + at);
      s03 = Math.fma(k3, u0, s03);
      s13 = Math.fma(k3, u1, s13);
      s23 = Math.fma(k3, u2, s23);
      s33 = Math.fma(k3, u3, s33);
    }
    put(y, usedRows, s00, s01, s02, s03, add);
    if (usedTokens > 1) {
      put(y + 1 * yBytes, usedRows, s10, s11, s12, s13, add);
    }
    if (usedTokens > 2) {
      put(y + 2 * yBytes, usedRows, s20, s21, s22, s23, add);
    }
    if (usedTokens > 3) {
      put(y + 3 * yBytes, usedRows, s30, s31, s32, s33, add);
    }
  }

  static void put(long at, int used, float s0, float s1, float s2, float s3, boolean add) {
    put(at, s0, add);
    if (used > 1) {
      put(at + Float.BYTES, s1, add);
    }
    if (used > 2) {
      put(at + 2 * Float.BYTES, s2, add);
    }
    if (used > 3) {
      put(at + 3 * Float.BYTES, s3, add);
    }
  }

  private static void put(long at, float sum, boolean add) {
    Native.putFloat(at, add ? Native.getFloat(at) + sum : sum);
  }
}
