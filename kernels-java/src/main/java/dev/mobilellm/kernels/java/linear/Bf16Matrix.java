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
 * Weights in bfloat16: the upper half of a float, so that a word of two weights is two floats after
 * a shift and a mask.
 */
final class Bf16Matrix extends RowMajorMatrix {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final IntVector SIXTEEN = IntVector.broadcast(INTS, 16);
  private static final IntVector UPPER = IntVector.broadcast(INTS, 0xFFFF0000);
  private static final int LANES = FLOATS.length();
  private static final int STEP = 2 * LANES;

  private final long address;
  private final long rowBytes;

  Bf16Matrix(WeightTensor weight, KernelContext context) {
    super(weight, context);
    address = address(weight);
    rowBytes = (long) columns * Short.BYTES;
  }

  @Override
  String encoding() {
    return "bf16";
  }

  @Override
  InputForm form() {
    return InputForm.EVEN_ODD;
  }

  @Override
  int step() {
    return STEP;
  }

  @Override
  void fourRows(int row, int used, int from, int to, long x, long y, boolean add) {
    long w = address + row * rowBytes + (long) from * Short.BYTES;
    products(w, rowBytes, used, to - from, x + (long) from * Float.BYTES, y, add);
  }

  @Override
  long panel(int row, int count, int from, int to, int worker) {
    long target = panelAddress(worker);
    for (int i = 0; i < count; i++) {
      long w = address + (row + i) * rowBytes + (long) from * Short.BYTES;
      widen(w, to - from, target + (long) i * (to - from) * Float.BYTES);
    }
    return target;
  }

  /** Floats in the order of the inputs: even columns, then odd ones. */
  private static void widen(long w, int columns, long target) {
    int c = 0;
    for (; c <= columns - STEP; c += STEP) {
      long at = target + (long) c * Float.BYTES;
      IntVector v = IntVector.fromMemorySegment(INTS, Native.ALL, w + c * 2L, Native.ORDER);
      v.lanewise(VectorOperators.LSHL, SIXTEEN)
          .reinterpretAsFloats()
          .intoMemorySegment(Native.ALL, at, Native.ORDER);
      v.and(UPPER)
          .reinterpretAsFloats()
          .intoMemorySegment(Native.ALL, at + LANES * Float.BYTES, Native.ORDER);
    }
    for (; c < columns; c++) {
      Native.putFloat(
          target + (long) c * Float.BYTES, Float.intBitsToFloat(Native.getShort(w + c * 2L) << 16));
    }
  }

  private static void products(
      long w0, long rowBytes, int used, int columns, long x, long y, boolean add) {
    long w1 = w0 + Math.min(1, used - 1) * rowBytes;
    long w2 = w0 + Math.min(2, used - 1) * rowBytes;
    long w3 = w0 + (used - 1) * rowBytes;
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    int c = 0;
    for (; c <= columns - STEP; c += STEP) {
      long at = (long) c * Float.BYTES;
      FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, x + at, Native.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              FLOATS, Native.ALL, x + at + LANES * Float.BYTES, Native.ORDER);
      IntVector v0 = IntVector.fromMemorySegment(INTS, Native.ALL, w0 + at / 2, Native.ORDER);
      a0 = v0.lanewise(VectorOperators.LSHL, SIXTEEN).reinterpretAsFloats().fma(x0, a0);
      a0 = v0.and(UPPER).reinterpretAsFloats().fma(x1, a0);
      IntVector v1 = IntVector.fromMemorySegment(INTS, Native.ALL, w1 + at / 2, Native.ORDER);
      a1 = v1.lanewise(VectorOperators.LSHL, SIXTEEN).reinterpretAsFloats().fma(x0, a1);
      a1 = v1.and(UPPER).reinterpretAsFloats().fma(x1, a1);
      IntVector v2 = IntVector.fromMemorySegment(INTS, Native.ALL, w2 + at / 2, Native.ORDER);
      a2 = v2.lanewise(VectorOperators.LSHL, SIXTEEN).reinterpretAsFloats().fma(x0, a2);
      a2 = v2.and(UPPER).reinterpretAsFloats().fma(x1, a2);
      IntVector v3 = IntVector.fromMemorySegment(INTS, Native.ALL, w3 + at / 2, Native.ORDER);
      a3 = v3.lanewise(VectorOperators.LSHL, SIXTEEN).reinterpretAsFloats().fma(x0, a3);
      a3 = v3.and(UPPER).reinterpretAsFloats().fma(x1, a3);
    }
    float s0 = Sums.of(a0);
    float s1 = Sums.of(a1);
    float s2 = Sums.of(a2);
    float s3 = Sums.of(a3);
    for (; c < columns; c++) {
      float u = Native.getFloat(x + (long) c * Float.BYTES);
      long at = (long) c * Short.BYTES;
      s0 = Math.fma(Float.intBitsToFloat(Native.getShort(w0 + at) << 16), u, s0);
      s1 = Math.fma(Float.intBitsToFloat(Native.getShort(w1 + at) << 16), u, s1);
      s2 = Math.fma(Float.intBitsToFloat(Native.getShort(w2 + at) << 16), u, s2);
      s3 = Math.fma(Float.intBitsToFloat(Native.getShort(w3 + at) << 16), u, s3);
    }
    FloatBlock.put(y, used, s0, s1, s2, s3, add);
  }
}
