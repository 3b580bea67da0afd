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
  private static final int STEP = FloatBlock.STEP;
  private static final long VECTOR_BYTES = (long) FloatBlock.LANES * Float.BYTES;

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
  float dot(int row, int from, int to, long x) {
    long w = address + row * rowBytes + (long) from * Short.BYTES;
    return dot(w, to - from, x + (long) from * Float.BYTES);
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
          .intoMemorySegment(Native.ALL, at + VECTOR_BYTES, Native.ORDER);
    }
    for (; c < columns; c++) {
      Native.putFloat(
          target + (long) c * Float.BYTES, Float.intBitsToFloat(Native.getShort(w + c * 2L) << 16));
    }
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
      even = v.lanewise(VectorOperators.LSHL, SIXTEEN).reinterpretAsFloats().fma(x0, even);
      odd = v.and(UPPER).reinterpretAsFloats().fma(x1, odd);
    }
    float sum = Sums.of(even.add(odd));
    for (; c < columns; c++) {
      sum =
          Math.fma(
              Float.intBitsToFloat(Native.getShort(w + (long) c * Short.BYTES) << 16),
              Native.getFloat(x + (long) c * Float.BYTES),
              sum);
    }
    return sum;
  }
}
