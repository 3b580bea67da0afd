package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Sums;
import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.spi.weights.WeightTensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Weights in float32. */
final class F32Matrix extends RowMajorMatrix {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  private static final int STEP = FloatBlock.STEP;
  private static final long VECTOR_BYTES = (long) FloatBlock.LANES * Float.BYTES;

  private final long address;
  private final long rowBytes;

  F32Matrix(WeightTensor weight, KernelContext context) {
    super(weight, context);
    address = address(weight);
    rowBytes = (long) columns * Float.BYTES;
  }

  @Override
  String encoding() {
    return "f32";
  }

  @Override
  InputForm form() {
    return InputForm.NATURAL;
  }

  @Override
  float dot(int row, int from, int to, long x) {
    long w = address + row * rowBytes + (long) from * Float.BYTES;
    return dot(w, to - from, x + (long) from * Float.BYTES);
  }

  @Override
  long panel(int row, int count, int from, int to, int worker) {
    return address + row * rowBytes + (long) from * Float.BYTES;
  }

  @Override
  long panelBytes(int from, int to) {
    return rowBytes;
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
      FloatVector v0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w + at, Native.ORDER);
      FloatVector v1 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, w + at + VECTOR_BYTES, Native.ORDER);
      even = v0.fma(x0, even);
      odd = v1.fma(x1, odd);
    }
    float sum = Sums.of(even.add(odd));
    for (; c < columns; c++) {
      sum =
          Math.fma(
              Native.getFloat(w + (long) c * Float.BYTES),
              Native.getFloat(x + (long) c * Float.BYTES),
              sum);
    }
    return sum;
  }
}
