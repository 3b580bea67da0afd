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
final class F16Matrix extends RowMajorMatrix {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final IntVector SIXTEEN = IntVector.broadcast(INTS, 16);
  private static final IntVector THREE = IntVector.broadcast(INTS, 3);
  private static final IntVector PLACES = IntVector.broadcast(INTS, 0x8FFFE000);
  private static final FloatVector BIAS = FloatVector.broadcast(FLOATS, 0x1p112f);
  private static final int STEP = FloatBlock.STEP;
  private static final long VECTOR_BYTES = (long) FloatBlock.LANES * Float.BYTES;

  private final long address;
  private final long rowBytes;

  F16Matrix(WeightTensor weight, KernelContext context) {
    super(weight, context);
    address = address(weight);
    rowBytes = (long) columns * Short.BYTES;
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
          .lanewise(VectorOperators.ASHR, THREE)
          .and(PLACES)
          .reinterpretAsFloats()
          .mul(BIAS)
          .intoMemorySegment(Native.ALL, at, Native.ORDER);
      v.lanewise(VectorOperators.ASHR, THREE)
          .and(PLACES)
          .reinterpretAsFloats()
          .mul(BIAS)
          .intoMemorySegment(Native.ALL, at + VECTOR_BYTES, Native.ORDER);
    }
    for (; c < columns; c++) {
      Native.putFloat(
          target + (long) c * Float.BYTES, Float.float16ToFloat(Native.getShort(w + c * 2L)));
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
