package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.CacheType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Signed shorts, two in a word. */
final class Q16Panels extends ScaledPanels {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final IntVector SIXTEEN = IntVector.broadcast(INTS, 16);
  private static final IntVector UPPER = IntVector.broadcast(INTS, 0xFFFF0000);

  Q16Panels() {
    super(CacheType.Q16, Short.MAX_VALUE, 1 << 16);
  }

  @Override
  void multiply(
      long x0, long x1, long x2, long x3, int count, long panel, long sums, long sumsBytes) {
    FloatVector a00 = load(sums);
    FloatVector a01 = load(sums + VECTOR_BYTES);
    FloatVector a10 = load(sums + sumsBytes);
    FloatVector a11 = load(sums + sumsBytes + VECTOR_BYTES);
    FloatVector a20 = load(sums + 2 * sumsBytes);
    FloatVector a21 = load(sums + 2 * sumsBytes + VECTOR_BYTES);
    FloatVector a30 = load(sums + 3 * sumsBytes);
    FloatVector a31 = load(sums + 3 * sumsBytes + VECTOR_BYTES);
    long rowBytes = layout().rowBytes();
    long end = panel + count * rowBytes;
    long at = 0;
    for (long row = panel; row < end; row += rowBytes) {
      IntVector w = words(row);
      FloatVector v0 = toFloats(w.lanewise(VectorOperators.LSHL, SIXTEEN));
      FloatVector v1 = toFloats(w.and(UPPER));
      FloatVector f0 = FloatVector.broadcast(FLOATS, Native.getFloat(x0 + at));
      a00 = f0.fma(v0, a00);
      a01 = f0.fma(v1, a01);
      FloatVector f1 = FloatVector.broadcast(FLOATS, Native.getFloat(x1 + at));
      a10 = f1.fma(v0, a10);
      a11 = f1.fma(v1, a11);
      FloatVector f2 = FloatVector.broadcast(FLOATS, Native.getFloat(x2 + at));
      a20 = f2.fma(v0, a20);
      a21 = f2.fma(v1, a21);
      FloatVector f3 = FloatVector.broadcast(FLOATS, Native.getFloat(x3 + at));
      a30 = f3.fma(v0, a30);
      a31 = f3.fma(v1, a31);
      at += Float.BYTES;
    }
    a00.intoMemorySegment(Native.ALL, sums, Native.ORDER);
    a01.intoMemorySegment(Native.ALL, sums + VECTOR_BYTES, Native.ORDER);
    a10.intoMemorySegment(Native.ALL, sums + sumsBytes, Native.ORDER);
    a11.intoMemorySegment(Native.ALL, sums + sumsBytes + VECTOR_BYTES, Native.ORDER);
    a20.intoMemorySegment(Native.ALL, sums + 2 * sumsBytes, Native.ORDER);
    a21.intoMemorySegment(Native.ALL, sums + 2 * sumsBytes + VECTOR_BYTES, Native.ORDER);
    a30.intoMemorySegment(Native.ALL, sums + 3 * sumsBytes, Native.ORDER);
    a31.intoMemorySegment(Native.ALL, sums + 3 * sumsBytes + VECTOR_BYTES, Native.ORDER);
  }

  private static FloatVector toFloats(IntVector whole) {
    return (FloatVector) whole.convert(VectorOperators.I2F, 0);
  }

  @Override
  void putWhole(long address, int number) {
    Native.putShort(address, (short) number);
  }

  private static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(FLOATS, Native.ALL, address, Native.ORDER);
  }

  private static IntVector words(long address) {
    return IntVector.fromMemorySegment(INTS, Native.ALL, address, Native.ORDER);
  }
}
