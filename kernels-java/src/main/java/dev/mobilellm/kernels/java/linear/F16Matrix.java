package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Sums;
import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.spi.weights.WeightTensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights in IEEE half precision, widened by moving exponent and mantissa to their places in a
 * float and multiplying by 2^112, which corrects the exponent's bias and is exact for subnormals,
 * too. Infinities become large numbers; a checkpoint with such weights is broken anyway.
 */
final class F16Matrix extends InterleavedMatrix {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final IntVector SIXTEEN = IntVector.broadcast(INTS, 16);
  private static final IntVector THREE = IntVector.broadcast(INTS, 3);
  private static final IntVector PLACES = IntVector.broadcast(INTS, 0x8FFFE000);
  private static final FloatVector BIAS = FloatVector.broadcast(FLOATS, 0x1p112f);
  private static final int STEP = FloatBlock.STEP;
  private static final long VECTOR_BYTES = (long) FloatBlock.LANES * Float.BYTES;
  private static final long UNIT_BYTES = (long) STEP * Short.BYTES;

  F16Matrix(WeightTensor weight, KernelContext context) {
    super(weight, Short.BYTES, context);
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
  float dot(int row, int from, int to, long x) {
    long w = address(row, from);
    return dot(w, to - from, x + (long) from * Float.BYTES);
  }

  @Override
  void fourRows(long w, long bytes, long x, long target) {
    fourRows(w, bytes, stepBytes, x, target);
  }

  @Override
  void twoRows(long w, long bytes, long x, long xBytes, int last, long target) {
    twoRows(w, bytes, stepBytes, x, xBytes, last, target);
  }

  @Override
  void widen(int row, int from, int to, long even, long odd, long rest) {
    widen(address(row, from), spread(row), to - from, even, odd, rest);
  }

  /** Floats in the order of the inputs: even columns, then odd ones. */
  private static void widen(long w, int spread, int columns, long even, long odd, long rest) {
    int c = 0;
    for (; c <= columns - STEP; c += STEP) {
      IntVector v =
          IntVector.fromMemorySegment(INTS, Native.ALL, w + c * 2L * spread, Native.ORDER);
      v.lanewise(VectorOperators.LSHL, SIXTEEN)
          .lanewise(VectorOperators.ASHR, THREE)
          .and(PLACES)
          .reinterpretAsFloats()
          .mul(BIAS)
          .intoMemorySegment(Native.ALL, even, Native.ORDER);
      v.lanewise(VectorOperators.ASHR, THREE)
          .and(PLACES)
          .reinterpretAsFloats()
          .mul(BIAS)
          .intoMemorySegment(Native.ALL, odd, Native.ORDER);
      even += FloatBlock.SIDE * VECTOR_BYTES;
      odd += FloatBlock.SIDE * VECTOR_BYTES;
    }
    for (; c < columns; c++) {
      Native.putFloat(rest, Float.float16ToFloat(Native.getShort(w + c * 2L)));
      rest += Float.BYTES;
    }
  }

  private static void fourRows(long w, long bytes, long stepBytes, long x, long target) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector b0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector b1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector b2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    FloatVector b3 = FloatVector.zero(FLOATS);
    for (long at = 0; at < bytes; at += stepBytes) {
      FloatVector e = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x + at, Native.ORDER);
      FloatVector o =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, x + at + VECTOR_BYTES, Native.ORDER);
      IntVector v0 = IntVector.fromMemorySegment(INTS, Native.ALL, w + at * 2, Native.ORDER);
      a0 =
          v0.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e, a0);
      b0 =
          v0.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o, b0);
      IntVector v1 =
          IntVector.fromMemorySegment(INTS, Native.ALL, w + at * 2 + 1 * UNIT_BYTES, Native.ORDER);
      a1 =
          v1.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e, a1);
      b1 =
          v1.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o, b1);
      IntVector v2 =
          IntVector.fromMemorySegment(INTS, Native.ALL, w + at * 2 + 2 * UNIT_BYTES, Native.ORDER);
      a2 =
          v2.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e, a2);
      b2 =
          v2.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o, b2);
      IntVector v3 =
          IntVector.fromMemorySegment(INTS, Native.ALL, w + at * 2 + 3 * UNIT_BYTES, Native.ORDER);
      a3 =
          v3.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e, a3);
      b3 =
          v3.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o, b3);
    }
    a0.add(b0).intoMemorySegment(Native.ALL, target, Native.ORDER);
    a1.add(b1).intoMemorySegment(Native.ALL, target + 1 * VECTOR_BYTES, Native.ORDER);
    a2.add(b2).intoMemorySegment(Native.ALL, target + 2 * VECTOR_BYTES, Native.ORDER);
    a3.add(b3).intoMemorySegment(Native.ALL, target + 3 * VECTOR_BYTES, Native.ORDER);
  }

  private static void twoRows(
      long w0, long bytes, long stepBytes, long x0, long xBytes, int last, long target) {
    long w1 = w0 + UNIT_BYTES;
    long x1 = x0 + Math.min(1, last) * xBytes;
    long x2 = x0 + Math.min(2, last) * xBytes;
    long x3 = x0 + last * xBytes;
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector b00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector b01 = FloatVector.zero(FLOATS);
    FloatVector a02 = FloatVector.zero(FLOATS);
    FloatVector b02 = FloatVector.zero(FLOATS);
    FloatVector a03 = FloatVector.zero(FLOATS);
    FloatVector b03 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector b10 = FloatVector.zero(FLOATS);
    FloatVector a11 = FloatVector.zero(FLOATS);
    FloatVector b11 = FloatVector.zero(FLOATS);
    FloatVector a12 = FloatVector.zero(FLOATS);
    FloatVector b12 = FloatVector.zero(FLOATS);
    FloatVector a13 = FloatVector.zero(FLOATS);
    FloatVector b13 = FloatVector.zero(FLOATS);
    for (long at = 0; at < bytes; at += stepBytes) {
      IntVector i0 = IntVector.fromMemorySegment(INTS, Native.ALL, w0 + at * 2, Native.ORDER);
      FloatVector v0 =
          i0.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS);
      FloatVector u0 =
          i0.lanewise(VectorOperators.ASHR, THREE).and(PLACES).reinterpretAsFloats().mul(BIAS);
      IntVector i1 = IntVector.fromMemorySegment(INTS, Native.ALL, w1 + at * 2, Native.ORDER);
      FloatVector v1 =
          i1.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS);
      FloatVector u1 =
          i1.lanewise(VectorOperators.ASHR, THREE).and(PLACES).reinterpretAsFloats().mul(BIAS);
      FloatVector e0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x0 + at, Native.ORDER);
      a00 = e0.fma(v0, a00);
      a10 = e0.fma(v1, a10);
      FloatVector o0 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, x0 + at + VECTOR_BYTES, Native.ORDER);
      b00 = o0.fma(u0, b00);
      b10 = o0.fma(u1, b10);
      FloatVector e1 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x1 + at, Native.ORDER);
      a01 = e1.fma(v0, a01);
      a11 = e1.fma(v1, a11);
      FloatVector o1 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, x1 + at + VECTOR_BYTES, Native.ORDER);
      b01 = o1.fma(u0, b01);
      b11 = o1.fma(u1, b11);
      FloatVector e2 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x2 + at, Native.ORDER);
      a02 = e2.fma(v0, a02);
      a12 = e2.fma(v1, a12);
      FloatVector o2 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, x2 + at + VECTOR_BYTES, Native.ORDER);
      b02 = o2.fma(u0, b02);
      b12 = o2.fma(u1, b12);
      FloatVector e3 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x3 + at, Native.ORDER);
      a03 = e3.fma(v0, a03);
      a13 = e3.fma(v1, a13);
      FloatVector o3 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, x3 + at + VECTOR_BYTES, Native.ORDER);
      b03 = o3.fma(u0, b03);
      b13 = o3.fma(u1, b13);
    }
    a00.add(b00).intoMemorySegment(Native.ALL, target, Native.ORDER);
    a01.add(b01).intoMemorySegment(Native.ALL, target + 4 * VECTOR_BYTES, Native.ORDER);
    a02.add(b02).intoMemorySegment(Native.ALL, target + 8 * VECTOR_BYTES, Native.ORDER);
    a03.add(b03).intoMemorySegment(Native.ALL, target + 12 * VECTOR_BYTES, Native.ORDER);
    a10.add(b10).intoMemorySegment(Native.ALL, target + 1 * VECTOR_BYTES, Native.ORDER);
    a11.add(b11).intoMemorySegment(Native.ALL, target + 5 * VECTOR_BYTES, Native.ORDER);
    a12.add(b12).intoMemorySegment(Native.ALL, target + 9 * VECTOR_BYTES, Native.ORDER);
    a13.add(b13).intoMemorySegment(Native.ALL, target + 13 * VECTOR_BYTES, Native.ORDER);
  }

  private static float dot(long w, int columns, long x) {
    FloatVector even = FloatVector.zero(FLOATS);
    FloatVector odd = FloatVector.zero(FLOATS);
    int c = 0;
    for (; c <= columns - STEP; c += STEP) {
      long at = (long) c * Float.BYTES;
      FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x + at, Native.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, x + at + VECTOR_BYTES, Native.ORDER);
      IntVector v = IntVector.fromMemorySegment(INTS, Native.ALL, w + at / 2, Native.ORDER);
      even =
          v.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x0, even);
      odd =
          v.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x1, odd);
    }
    float sum = Sums.of(even.add(odd));
    for (; c < columns; c++) {
      sum =
          Math.fma(
              Float.float16ToFloat(Native.getShort(w + (long) c * Short.BYTES)),
              Native.getFloat(x + (long) c * Float.BYTES),
              sum);
    }
    return sum;
  }
}
