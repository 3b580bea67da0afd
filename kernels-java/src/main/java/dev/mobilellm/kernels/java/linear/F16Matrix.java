package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.spi.weights.WeightTensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights in IEEE half precision, widened by moving exponent and mantissa to their places in a
 * float and multiplying by 2^112, which corrects the exponent's bias and is exact for subnormals,
 * too.
 */
final class F16Matrix extends DenseMatrix {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final IntVector THREE = IntVector.broadcast(INTS, 3);
  private static final IntVector SIXTEEN = IntVector.broadcast(INTS, 16);
  private static final IntVector PLACES = IntVector.broadcast(INTS, 0x8FFFE000);
  private static final FloatVector BIAS = FloatVector.broadcast(FLOATS, 0x1p112f);
  private static final int LANES = FLOATS.length();
  private static final int STEP = 2 * LANES;

  private final long address;
  private final long rowBytes;

  F16Matrix(WeightTensor weight, long address) {
    super(weight);
    this.address = address;
    this.rowBytes = (long) columns * Short.BYTES;
  }

  @Override
  String encoding() {
    return "f16";
  }

  @Override
  InputForm form() {
    return InputForm.EVEN_ODD;
  }

  @Override
  void vector(int from, int to, int c0, int c1, long x, long y) {
    int row = from;
    for (; row <= to - BLOCK; row += BLOCK) {
      fourRows(address + row * rowBytes, rowBytes, x, c0, c1, y + (long) row * Float.BYTES);
    }
    for (; row < to; row++) {
      fourTokens(address + row * rowBytes, x, x, x, x, c0, c1, y + (long) row * Float.BYTES, 0, 1);
    }
  }

  @Override
  void block(int from, int to, int c0, int c1, long x, int token, int tokens, long y, int yWidth) {
    long x0 = input(x, token, tokens);
    long x1 = input(x, token + 1, tokens);
    long x2 = input(x, token + 2, tokens);
    long x3 = input(x, token + 3, tokens);
    int used = Math.min(BLOCK, tokens - token);
    long yBytes = (long) yWidth * Float.BYTES;
    long out = y + token * yBytes;
    int row = from;
    for (; row <= to - BLOCK; row += BLOCK) {
      long w = address + row * rowBytes;
      fourByFour(w, rowBytes, x0, x1, x2, x3, c0, c1, out + (long) row * Float.BYTES, yBytes, used);
    }
    for (; row < to; row++) {
      long w = address + row * rowBytes;
      fourTokens(w, x0, x1, x2, x3, c0, c1, out + (long) row * Float.BYTES, yBytes, used);
    }
  }

  /** Four rows, one token: four streams, which hardware prefetchers follow better than one. */
  private static void fourRows(long w0, long rowBytes, long x, int c0, int c1, long y) {
    long w1 = w0 + rowBytes;
    long w2 = w1 + rowBytes;
    long w3 = w2 + rowBytes;
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    int c = c0;
    for (; c <= c1 - STEP; c += STEP) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x + (long) c * Float.BYTES, Native.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x + (long) (c + LANES) * Float.BYTES, Native.ORDER);
      IntVector v0 = IntVector.fromMemorySegment(INTS, Native.ALL, w0 + c * 2L, Native.ORDER);
      a0 =
          v0.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x0, a0);
      a0 =
          v0.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x1, a0);
      IntVector v1 = IntVector.fromMemorySegment(INTS, Native.ALL, w1 + c * 2L, Native.ORDER);
      a1 =
          v1.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x0, a1);
      a1 =
          v1.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x1, a1);
      IntVector v2 = IntVector.fromMemorySegment(INTS, Native.ALL, w2 + c * 2L, Native.ORDER);
      a2 =
          v2.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x0, a2);
      a2 =
          v2.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x1, a2);
      IntVector v3 = IntVector.fromMemorySegment(INTS, Native.ALL, w3 + c * 2L, Native.ORDER);
      a3 =
          v3.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x0, a3);
      a3 =
          v3.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x1, a3);
    }
    float s0 = a0.reduceLanes(VectorOperators.ADD);
    float s1 = a1.reduceLanes(VectorOperators.ADD);
    float s2 = a2.reduceLanes(VectorOperators.ADD);
    float s3 = a3.reduceLanes(VectorOperators.ADD);
    for (; c < c1; c++) {
      float xc = Native.getFloat(x + (long) c * Float.BYTES);
      s0 = Math.fma(Float.float16ToFloat(Native.getShort(w0 + c * 2L)), xc, s0);
      s1 = Math.fma(Float.float16ToFloat(Native.getShort(w1 + c * 2L)), xc, s1);
      s2 = Math.fma(Float.float16ToFloat(Native.getShort(w2 + c * 2L)), xc, s2);
      s3 = Math.fma(Float.float16ToFloat(Native.getShort(w3 + c * 2L)), xc, s3);
    }
    boolean add = c0 > 0;
    put(y + 0 * Float.BYTES, s0, add);
    put(y + 1 * Float.BYTES, s1, add);
    put(y + 2 * Float.BYTES, s2, add);
    put(y + 3 * Float.BYTES, s3, add);
  }

  /** One row, up to four tokens. */
  private static void fourTokens(
      long w, long x0, long x1, long x2, long x3, int c0, int c1, long y, long yBytes, int used) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    int c = c0;
    for (; c <= c1 - STEP; c += STEP) {
      IntVector v = IntVector.fromMemorySegment(INTS, Native.ALL, w + c * 2L, Native.ORDER);
      FloatVector e0 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x0 + (long) c * Float.BYTES, Native.ORDER);
      FloatVector o0 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x0 + (long) (c + LANES) * Float.BYTES, Native.ORDER);
      a0 =
          v.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e0, a0);
      a0 =
          v.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o0, a0);
      FloatVector e1 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x1 + (long) c * Float.BYTES, Native.ORDER);
      FloatVector o1 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x1 + (long) (c + LANES) * Float.BYTES, Native.ORDER);
      a1 =
          v.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e1, a1);
      a1 =
          v.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o1, a1);
      FloatVector e2 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x2 + (long) c * Float.BYTES, Native.ORDER);
      FloatVector o2 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x2 + (long) (c + LANES) * Float.BYTES, Native.ORDER);
      a2 =
          v.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e2, a2);
      a2 =
          v.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o2, a2);
      FloatVector e3 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x3 + (long) c * Float.BYTES, Native.ORDER);
      FloatVector o3 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x3 + (long) (c + LANES) * Float.BYTES, Native.ORDER);
      a3 =
          v.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e3, a3);
      a3 =
          v.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o3, a3);
    }
    float s0 = a0.reduceLanes(VectorOperators.ADD);
    float s1 = a1.reduceLanes(VectorOperators.ADD);
    float s2 = a2.reduceLanes(VectorOperators.ADD);
    float s3 = a3.reduceLanes(VectorOperators.ADD);
    for (; c < c1; c++) {
      float wc = Float.float16ToFloat(Native.getShort(w + c * 2L));
      s0 = Math.fma(wc, Native.getFloat(x0 + (long) c * Float.BYTES), s0);
      s1 = Math.fma(wc, Native.getFloat(x1 + (long) c * Float.BYTES), s1);
      s2 = Math.fma(wc, Native.getFloat(x2 + (long) c * Float.BYTES), s2);
      s3 = Math.fma(wc, Native.getFloat(x3 + (long) c * Float.BYTES), s3);
    }
    boolean add = c0 > 0;
    put(y, s0, add);
    if (used > 1) {
      put(y + 1 * yBytes, s1, add);
    }
    if (used > 2) {
      put(y + 2 * yBytes, s2, add);
    }
    if (used > 3) {
      put(y + 3 * yBytes, s3, add);
    }
  }

  /** Four rows by up to four tokens; written out, because C2 keeps only locals in registers. */
  private static void fourByFour(
      long w0,
      long rowBytes,
      long x0,
      long x1,
      long x2,
      long x3,
      int c0,
      int c1,
      long y,
      long yBytes,
      int used) {
    long w1 = w0 + rowBytes;
    long w2 = w1 + rowBytes;
    long w3 = w2 + rowBytes;
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
    int c = c0;
    for (; c <= c1 - STEP; c += STEP) {
      FloatVector e0 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x0 + (long) c * Float.BYTES, Native.ORDER);
      FloatVector o0 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x0 + (long) (c + LANES) * Float.BYTES, Native.ORDER);
      FloatVector e1 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x1 + (long) c * Float.BYTES, Native.ORDER);
      FloatVector o1 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x1 + (long) (c + LANES) * Float.BYTES, Native.ORDER);
      FloatVector e2 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x2 + (long) c * Float.BYTES, Native.ORDER);
      FloatVector o2 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x2 + (long) (c + LANES) * Float.BYTES, Native.ORDER);
      FloatVector e3 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x3 + (long) c * Float.BYTES, Native.ORDER);
      FloatVector o3 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x3 + (long) (c + LANES) * Float.BYTES, Native.ORDER);
      IntVector v0 = IntVector.fromMemorySegment(INTS, Native.ALL, w0 + c * 2L, Native.ORDER);
      FloatVector f0 =
          v0.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS);
      a00 = f0.fma(e0, a00);
      a10 = f0.fma(e1, a10);
      a20 = f0.fma(e2, a20);
      a30 = f0.fma(e3, a30);
      FloatVector g0 =
          v0.lanewise(VectorOperators.ASHR, THREE).and(PLACES).reinterpretAsFloats().mul(BIAS);
      a00 = g0.fma(o0, a00);
      a10 = g0.fma(o1, a10);
      a20 = g0.fma(o2, a20);
      a30 = g0.fma(o3, a30);
      IntVector v1 = IntVector.fromMemorySegment(INTS, Native.ALL, w1 + c * 2L, Native.ORDER);
      FloatVector f1 =
          v1.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS);
      a01 = f1.fma(e0, a01);
      a11 = f1.fma(e1, a11);
      a21 = f1.fma(e2, a21);
      a31 = f1.fma(e3, a31);
      FloatVector g1 =
          v1.lanewise(VectorOperators.ASHR, THREE).and(PLACES).reinterpretAsFloats().mul(BIAS);
      a01 = g1.fma(o0, a01);
      a11 = g1.fma(o1, a11);
      a21 = g1.fma(o2, a21);
      a31 = g1.fma(o3, a31);
      IntVector v2 = IntVector.fromMemorySegment(INTS, Native.ALL, w2 + c * 2L, Native.ORDER);
      FloatVector f2 =
          v2.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS);
      a02 = f2.fma(e0, a02);
      a12 = f2.fma(e1, a12);
      a22 = f2.fma(e2, a22);
      a32 = f2.fma(e3, a32);
      FloatVector g2 =
          v2.lanewise(VectorOperators.ASHR, THREE).and(PLACES).reinterpretAsFloats().mul(BIAS);
      a02 = g2.fma(o0, a02);
      a12 = g2.fma(o1, a12);
      a22 = g2.fma(o2, a22);
      a32 = g2.fma(o3, a32);
      IntVector v3 = IntVector.fromMemorySegment(INTS, Native.ALL, w3 + c * 2L, Native.ORDER);
      FloatVector f3 =
          v3.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS);
      a03 = f3.fma(e0, a03);
      a13 = f3.fma(e1, a13);
      a23 = f3.fma(e2, a23);
      a33 = f3.fma(e3, a33);
      FloatVector g3 =
          v3.lanewise(VectorOperators.ASHR, THREE).and(PLACES).reinterpretAsFloats().mul(BIAS);
      a03 = g3.fma(o0, a03);
      a13 = g3.fma(o1, a13);
      a23 = g3.fma(o2, a23);
      a33 = g3.fma(o3, a33);
    }
    float s00 = a00.reduceLanes(VectorOperators.ADD);
    float s01 = a01.reduceLanes(VectorOperators.ADD);
    float s02 = a02.reduceLanes(VectorOperators.ADD);
    float s03 = a03.reduceLanes(VectorOperators.ADD);
    float s10 = a10.reduceLanes(VectorOperators.ADD);
    float s11 = a11.reduceLanes(VectorOperators.ADD);
    float s12 = a12.reduceLanes(VectorOperators.ADD);
    float s13 = a13.reduceLanes(VectorOperators.ADD);
    float s20 = a20.reduceLanes(VectorOperators.ADD);
    float s21 = a21.reduceLanes(VectorOperators.ADD);
    float s22 = a22.reduceLanes(VectorOperators.ADD);
    float s23 = a23.reduceLanes(VectorOperators.ADD);
    float s30 = a30.reduceLanes(VectorOperators.ADD);
    float s31 = a31.reduceLanes(VectorOperators.ADD);
    float s32 = a32.reduceLanes(VectorOperators.ADD);
    float s33 = a33.reduceLanes(VectorOperators.ADD);
    for (; c < c1; c++) {
      float wc0 = Float.float16ToFloat(Native.getShort(w0 + c * 2L));
      float wc1 = Float.float16ToFloat(Native.getShort(w1 + c * 2L));
      float wc2 = Float.float16ToFloat(Native.getShort(w2 + c * 2L));
      float wc3 = Float.float16ToFloat(Native.getShort(w3 + c * 2L));
      float xc0 = Native.getFloat(x0 + (long) c * Float.BYTES);
      s00 = Math.fma(wc0, xc0, s00);
      s01 = Math.fma(wc1, xc0, s01);
      s02 = Math.fma(wc2, xc0, s02);
      s03 = Math.fma(wc3, xc0, s03);
      float xc1 = Native.getFloat(x1 + (long) c * Float.BYTES);
      s10 = Math.fma(wc0, xc1, s10);
      s11 = Math.fma(wc1, xc1, s11);
      s12 = Math.fma(wc2, xc1, s12);
      s13 = Math.fma(wc3, xc1, s13);
      float xc2 = Native.getFloat(x2 + (long) c * Float.BYTES);
      s20 = Math.fma(wc0, xc2, s20);
      s21 = Math.fma(wc1, xc2, s21);
      s22 = Math.fma(wc2, xc2, s22);
      s23 = Math.fma(wc3, xc2, s23);
      float xc3 = Native.getFloat(x3 + (long) c * Float.BYTES);
      s30 = Math.fma(wc0, xc3, s30);
      s31 = Math.fma(wc1, xc3, s31);
      s32 = Math.fma(wc2, xc3, s32);
      s33 = Math.fma(wc3, xc3, s33);
    }
    boolean add = c0 > 0;
    put(y + 0 * yBytes + 0 * Float.BYTES, s00, add);
    put(y + 0 * yBytes + 1 * Float.BYTES, s01, add);
    put(y + 0 * yBytes + 2 * Float.BYTES, s02, add);
    put(y + 0 * yBytes + 3 * Float.BYTES, s03, add);
    if (used > 1) {
      put(y + 1 * yBytes + 0 * Float.BYTES, s10, add);
      put(y + 1 * yBytes + 1 * Float.BYTES, s11, add);
      put(y + 1 * yBytes + 2 * Float.BYTES, s12, add);
      put(y + 1 * yBytes + 3 * Float.BYTES, s13, add);
    }
    if (used > 2) {
      put(y + 2 * yBytes + 0 * Float.BYTES, s20, add);
      put(y + 2 * yBytes + 1 * Float.BYTES, s21, add);
      put(y + 2 * yBytes + 2 * Float.BYTES, s22, add);
      put(y + 2 * yBytes + 3 * Float.BYTES, s23, add);
    }
    if (used > 3) {
      put(y + 3 * yBytes + 0 * Float.BYTES, s30, add);
      put(y + 3 * yBytes + 1 * Float.BYTES, s31, add);
      put(y + 3 * yBytes + 2 * Float.BYTES, s32, add);
      put(y + 3 * yBytes + 3 * Float.BYTES, s33, add);
    }
  }

  private static void put(long at, float sum, boolean add) {
    Native.putFloat(at, add ? Native.getFloat(at) + sum : sum);
  }
}
