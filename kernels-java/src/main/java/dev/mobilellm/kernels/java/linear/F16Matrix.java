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
  void widen(int row, int from, int to, long target, long rest) {
    widen(address(row, from), spread(row), to - from, target, rest);
  }

  /** Floats in the order of the inputs: even columns, then odd ones. */
  private static void widen(long w, int spread, int columns, long target, long rest) {
    int c = 0;
    for (; c <= columns - STEP; c += STEP) {
      IntVector v =
          IntVector.fromMemorySegment(INTS, Native.ALL, w + c * 2L * spread, Native.ORDER);
      v.lanewise(VectorOperators.LSHL, SIXTEEN)
          .lanewise(VectorOperators.ASHR, THREE)
          .and(PLACES)
          .reinterpretAsFloats()
          .mul(BIAS)
          .intoMemorySegment(Native.ALL, target, Native.ORDER);
      v.lanewise(VectorOperators.ASHR, THREE)
          .and(PLACES)
          .reinterpretAsFloats()
          .mul(BIAS)
          .intoMemorySegment(Native.ALL, target + FloatBlock.ROW_BYTES, Native.ORDER);
      target += 2 * FloatBlock.ROW_BYTES;
    }
    for (; c < columns; c++) {
      Native.putFloat(rest, Float.float16ToFloat(Native.getShort(w + c * 2L)));
      rest += Float.BYTES;
    }
  }

  private static void fourRows(long w, long bytes, long stepBytes, long x, long target) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
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
      a0 =
          v0.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o, a0);
      IntVector v1 =
          IntVector.fromMemorySegment(INTS, Native.ALL, w + at * 2 + 1 * UNIT_BYTES, Native.ORDER);
      a1 =
          v1.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e, a1);
      a1 =
          v1.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o, a1);
      IntVector v2 =
          IntVector.fromMemorySegment(INTS, Native.ALL, w + at * 2 + 2 * UNIT_BYTES, Native.ORDER);
      a2 =
          v2.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e, a2);
      a2 =
          v2.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o, a2);
      IntVector v3 =
          IntVector.fromMemorySegment(INTS, Native.ALL, w + at * 2 + 3 * UNIT_BYTES, Native.ORDER);
      a3 =
          v3.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(e, a3);
      a3 =
          v3.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(o, a3);
    }
    a0.intoMemorySegment(Native.ALL, target, Native.ORDER);
    a1.intoMemorySegment(Native.ALL, target + 1 * VECTOR_BYTES, Native.ORDER);
    a2.intoMemorySegment(Native.ALL, target + 2 * VECTOR_BYTES, Native.ORDER);
    a3.intoMemorySegment(Native.ALL, target + 3 * VECTOR_BYTES, Native.ORDER);
  }

  private static void twoRows(
      long w0, long bytes, long stepBytes, long x0, long xBytes, int last, long target) {
    long w1 = w0 + UNIT_BYTES;
    long x1 = x0 + Math.min(1, last) * xBytes;
    long x2 = x0 + last * xBytes;
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector a02 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector a11 = FloatVector.zero(FLOATS);
    FloatVector a12 = FloatVector.zero(FLOATS);
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
      a00 = o0.fma(u0, a00);
      a10 = o0.fma(u1, a10);
      FloatVector e1 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x1 + at, Native.ORDER);
      a01 = e1.fma(v0, a01);
      a11 = e1.fma(v1, a11);
      FloatVector o1 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, x1 + at + VECTOR_BYTES, Native.ORDER);
      a01 = o1.fma(u0, a01);
      a11 = o1.fma(u1, a11);
      FloatVector e2 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x2 + at, Native.ORDER);
      a02 = e2.fma(v0, a02);
      a12 = e2.fma(v1, a12);
      FloatVector o2 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, x2 + at + VECTOR_BYTES, Native.ORDER);
      a02 = o2.fma(u0, a02);
      a12 = o2.fma(u1, a12);
    }
    a00.intoMemorySegment(Native.ALL, target, Native.ORDER);
    a01.intoMemorySegment(Native.ALL, target + 4 * VECTOR_BYTES, Native.ORDER);
    a02.intoMemorySegment(Native.ALL, target + 8 * VECTOR_BYTES, Native.ORDER);
    a10.intoMemorySegment(Native.ALL, target + 1 * VECTOR_BYTES, Native.ORDER);
    a11.intoMemorySegment(Native.ALL, target + 5 * VECTOR_BYTES, Native.ORDER);
    a12.intoMemorySegment(Native.ALL, target + 9 * VECTOR_BYTES, Native.ORDER);
  }

  private static float dot(long w, int columns, long x) {
    FloatVector sums = FloatVector.zero(FLOATS);
    int c = 0;
    for (; c <= columns - STEP; c += STEP) {
      long at = (long) c * Float.BYTES;
      FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x + at, Native.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, x + at + VECTOR_BYTES, Native.ORDER);
      IntVector v = IntVector.fromMemorySegment(INTS, Native.ALL, w + at / 2, Native.ORDER);
      sums =
          v.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x0, sums);
      sums =
          v.lanewise(VectorOperators.ASHR, THREE)
              .and(PLACES)
              .reinterpretAsFloats()
              .mul(BIAS)
              .fma(x1, sums);
    }
    float sum = Sums.of(sums);
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
