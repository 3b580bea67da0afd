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

  private static final int LANES = FLOATS.length();
  private static final int STEP = LANES;

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
  int step() {
    return STEP;
  }

  @Override
  void fourRows(int row, int used, int from, int to, long x, long y, boolean add) {
    long w = address + row * rowBytes + (long) from * Float.BYTES;
    products(w, rowBytes, used, to - from, x + (long) from * Float.BYTES, y, add);
  }

  @Override
  long panel(int row, int count, int from, int to, int worker) {
    return address + row * rowBytes + (long) from * Float.BYTES;
  }

  @Override
  long panelBytes(int from, int to) {
    return rowBytes;
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
      a0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w0 + at, Native.ORDER).fma(x0, a0);
      a1 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w1 + at, Native.ORDER).fma(x0, a1);
      a2 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w2 + at, Native.ORDER).fma(x0, a2);
      a3 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w3 + at, Native.ORDER).fma(x0, a3);
    }
    float s0 = Sums.of(a0);
    float s1 = Sums.of(a1);
    float s2 = Sums.of(a2);
    float s3 = Sums.of(a3);
    for (; c < columns; c++) {
      float u = Native.getFloat(x + (long) c * Float.BYTES);
      long at = (long) c * Float.BYTES;
      s0 = Math.fma(Native.getFloat(w0 + at), u, s0);
      s1 = Math.fma(Native.getFloat(w1 + at), u, s1);
      s2 = Math.fma(Native.getFloat(w2 + at), u, s2);
      s3 = Math.fma(Native.getFloat(w3 + at), u, s3);
    }
    FloatBlock.put(y, used, s0, s1, s2, s3, add);
  }
}
