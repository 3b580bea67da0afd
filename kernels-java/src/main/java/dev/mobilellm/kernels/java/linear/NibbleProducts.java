package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of one block of 4-bit {@link GroupedLayout grouped} weights with one token in {@link
 * NibbleWords} form: whole numbers of 16 bits within a group, which is three shifts, four
 * multiplications and four additions for a vector of 128 weights.
 */
final class NibbleProducts {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final long VECTOR_BYTES = FLOATS.vectorByteSize();

  // Shifts by constant vectors: by a scalar they are slower.
  private static final ShortVector FOUR = ShortVector.broadcast(SHORTS, 4);
  private static final ShortVector EIGHT = ShortVector.broadcast(SHORTS, 8);
  private static final ShortVector TWELVE = ShortVector.broadcast(SHORTS, 12);
  private static final IntVector SIXTEEN = IntVector.broadcast(INTS, 16);

  private NibbleProducts() {}

  /** As {@link WordProducts#aligned}. */
  static int block(GroupedLayout layout, long w, long x, long y) {
    int groups = layout.groups();
    int words = layout.words();
    boolean pair = layout.scales() == GroupedLayout.Scales.BF16;
    long scaleBytes = (long) layout.scales().words() * GroupedLayout.WORD_BYTES;
    long tail = x + (long) groups * NibbleWords.wordsPerGroup(layout.group()) * Integer.BYTES;
    int touched = 0;
    FloatVector y0 = FloatVector.zero(FLOATS);
    FloatVector y1 = FloatVector.zero(FLOATS);
    FloatVector y2 = FloatVector.zero(FLOATS);
    FloatVector y3 = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g++) {
      touched += Native.getInt(w + GroupedLayout.TOUCH_AHEAD - GroupedLayout.WORD_BYTES);
      ShortVector e = IntVector.broadcast(INTS, Native.getInt(x)).reinterpretAsShorts();
      x += Integer.BYTES;
      ShortVector a0 = e;
      ShortVector a1 = e;
      ShortVector a2 = e;
      ShortVector a3 = e;
      for (int k = 0; k < words; k++) {
        ShortVector v0 = ShortVector.fromMemorySegment(SHORTS, Native.ALL, w, Native.ORDER);
        ShortVector v1 =
            ShortVector.fromMemorySegment(SHORTS, Native.ALL, w + 1 * VECTOR_BYTES, Native.ORDER);
        ShortVector v2 =
            ShortVector.fromMemorySegment(SHORTS, Native.ALL, w + 2 * VECTOR_BYTES, Native.ORDER);
        ShortVector v3 =
            ShortVector.fromMemorySegment(SHORTS, Native.ALL, w + 3 * VECTOR_BYTES, Native.ORDER);
        w += GroupedLayout.WORD_BYTES;
        e = IntVector.broadcast(INTS, Native.getInt(x)).reinterpretAsShorts();
        a0 = a0.add(v0.mul(e));
        a1 = a1.add(v1.mul(e));
        a2 = a2.add(v2.mul(e));
        a3 = a3.add(v3.mul(e));
        e = IntVector.broadcast(INTS, Native.getInt(x + 4)).reinterpretAsShorts();
        a0 = a0.add(v0.lanewise(VectorOperators.LSHR, FOUR).mul(e));
        a1 = a1.add(v1.lanewise(VectorOperators.LSHR, FOUR).mul(e));
        a2 = a2.add(v2.lanewise(VectorOperators.LSHR, FOUR).mul(e));
        a3 = a3.add(v3.lanewise(VectorOperators.LSHR, FOUR).mul(e));
        e = IntVector.broadcast(INTS, Native.getInt(x + 8)).reinterpretAsShorts();
        a0 = a0.add(v0.lanewise(VectorOperators.LSHR, EIGHT).mul(e));
        a1 = a1.add(v1.lanewise(VectorOperators.LSHR, EIGHT).mul(e));
        a2 = a2.add(v2.lanewise(VectorOperators.LSHR, EIGHT).mul(e));
        a3 = a3.add(v3.lanewise(VectorOperators.LSHR, EIGHT).mul(e));
        e = IntVector.broadcast(INTS, Native.getInt(x + 12)).reinterpretAsShorts();
        a0 = a0.add(v0.lanewise(VectorOperators.LSHR, TWELVE).mul(e));
        a1 = a1.add(v1.lanewise(VectorOperators.LSHR, TWELVE).mul(e));
        a2 = a2.add(v2.lanewise(VectorOperators.LSHR, TWELVE).mul(e));
        a3 = a3.add(v3.lanewise(VectorOperators.LSHR, TWELVE).mul(e));
        x += 16;
      }
      FloatVector factor = FloatVector.broadcast(FLOATS, Native.getFloat(tail));
      IntVector offset = IntVector.broadcast(INTS, Native.getInt(tail + 4));
      FloatVector sum = FloatVector.broadcast(FLOATS, Native.getFloat(tail + 8));
      tail += 12;
      IntVector i0 = a0.reinterpretAsInts();
      i0 =
          i0.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, SIXTEEN)
              .add(i0.lanewise(VectorOperators.ASHR, SIXTEEN))
              .add(offset);
      FloatVector f0 = ((FloatVector) i0.convert(VectorOperators.I2F, 0)).mul(factor);
      y0 = GroupScales.scale(w, pair).fma(f0, y0);
      y0 = GroupScales.bias(w, pair).fma(sum, y0);
      IntVector i1 = a1.reinterpretAsInts();
      i1 =
          i1.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, SIXTEEN)
              .add(i1.lanewise(VectorOperators.ASHR, SIXTEEN))
              .add(offset);
      FloatVector f1 = ((FloatVector) i1.convert(VectorOperators.I2F, 0)).mul(factor);
      y1 = GroupScales.scale(w + 1 * VECTOR_BYTES, pair).fma(f1, y1);
      y1 = GroupScales.bias(w + 1 * VECTOR_BYTES, pair).fma(sum, y1);
      IntVector i2 = a2.reinterpretAsInts();
      i2 =
          i2.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, SIXTEEN)
              .add(i2.lanewise(VectorOperators.ASHR, SIXTEEN))
              .add(offset);
      FloatVector f2 = ((FloatVector) i2.convert(VectorOperators.I2F, 0)).mul(factor);
      y2 = GroupScales.scale(w + 2 * VECTOR_BYTES, pair).fma(f2, y2);
      y2 = GroupScales.bias(w + 2 * VECTOR_BYTES, pair).fma(sum, y2);
      IntVector i3 = a3.reinterpretAsInts();
      i3 =
          i3.lanewise(VectorOperators.LSHL, SIXTEEN)
              .lanewise(VectorOperators.ASHR, SIXTEEN)
              .add(i3.lanewise(VectorOperators.ASHR, SIXTEEN))
              .add(offset);
      FloatVector f3 = ((FloatVector) i3.convert(VectorOperators.I2F, 0)).mul(factor);
      y3 = GroupScales.scale(w + 3 * VECTOR_BYTES, pair).fma(f3, y3);
      y3 = GroupScales.bias(w + 3 * VECTOR_BYTES, pair).fma(sum, y3);
      w += scaleBytes;
    }
    y0.intoMemorySegment(Native.ALL, y, Native.ORDER);
    y1.intoMemorySegment(Native.ALL, y + 1 * VECTOR_BYTES, Native.ORDER);
    y2.intoMemorySegment(Native.ALL, y + 2 * VECTOR_BYTES, Native.ORDER);
    y3.intoMemorySegment(Native.ALL, y + 3 * VECTOR_BYTES, Native.ORDER);
    return touched;
  }
}
