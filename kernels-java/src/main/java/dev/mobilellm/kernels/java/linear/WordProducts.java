package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of one block of {@link GroupedLayout grouped} weights with one token in {@link
 * GroupSums} form, with float inputs: the values of a word are masked out one by one, lowest first.
 */
final class WordProducts {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final long VECTOR_BYTES = FLOATS.vectorByteSize();

  private WordProducts() {}

  /**
   * For 2, 4 and 8 bits, of which a word holds a whole number.
   *
   * @param w address of the block
   * @param x address of the token's input
   * @param y where {@link GroupedLayout#ROWS} sums are stored
   * @return what was touched ahead, so that the reads are not optimised away
   */
  static int aligned(GroupedLayout layout, long w, long x, long y) {
    int groups = layout.groups();
    int words = layout.words();
    int perWord = Integer.SIZE / layout.bits();
    boolean pair = layout.scales() == GroupedLayout.Scales.BF16;
    long scaleBytes = (long) layout.scales().words() * GroupedLayout.WORD_BYTES;
    IntVector mask = IntVector.broadcast(INTS, (1 << layout.bits()) - 1);
    IntVector shift = IntVector.broadcast(INTS, layout.bits());
    long factors = x + (long) layout.columns() * Float.BYTES;
    long groupSums = factors + (long) groups * Float.BYTES;
    int touched = 0;
    FloatVector y0 = FloatVector.zero(FLOATS);
    FloatVector y1 = FloatVector.zero(FLOATS);
    FloatVector y2 = FloatVector.zero(FLOATS);
    FloatVector y3 = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g++) {
      touched += Native.getInt(w + GroupedLayout.TOUCH_AHEAD - GroupedLayout.WORD_BYTES);
      FloatVector a0 = FloatVector.zero(FLOATS);
      FloatVector a1 = FloatVector.zero(FLOATS);
      FloatVector a2 = FloatVector.zero(FLOATS);
      FloatVector a3 = FloatVector.zero(FLOATS);
      for (int k = 0; k < words; k++) {
        IntVector v0 = IntVector.fromMemorySegment(INTS, Native.ALL, w, Native.ORDER);
        IntVector v1 =
            IntVector.fromMemorySegment(INTS, Native.ALL, w + 1 * VECTOR_BYTES, Native.ORDER);
        IntVector v2 =
            IntVector.fromMemorySegment(INTS, Native.ALL, w + 2 * VECTOR_BYTES, Native.ORDER);
        IntVector v3 =
            IntVector.fromMemorySegment(INTS, Native.ALL, w + 3 * VECTOR_BYTES, Native.ORDER);
        w += GroupedLayout.WORD_BYTES;
        for (int j = 0; j < perWord; j++) {
          FloatVector e = FloatVector.broadcast(FLOATS, Native.getFloat(x));
          x += Float.BYTES;
          a0 = ((FloatVector) v0.and(mask).convert(VectorOperators.I2F, 0)).fma(e, a0);
          v0 = v0.lanewise(VectorOperators.LSHR, shift);
          a1 = ((FloatVector) v1.and(mask).convert(VectorOperators.I2F, 0)).fma(e, a1);
          v1 = v1.lanewise(VectorOperators.LSHR, shift);
          a2 = ((FloatVector) v2.and(mask).convert(VectorOperators.I2F, 0)).fma(e, a2);
          v2 = v2.lanewise(VectorOperators.LSHR, shift);
          a3 = ((FloatVector) v3.and(mask).convert(VectorOperators.I2F, 0)).fma(e, a3);
          v3 = v3.lanewise(VectorOperators.LSHR, shift);
        }
      }
      FloatVector factor = FloatVector.broadcast(FLOATS, Native.getFloat(factors + g * 4L));
      FloatVector sum = FloatVector.broadcast(FLOATS, Native.getFloat(groupSums + g * 4L));
      y0 = GroupScales.scale(w, pair).fma(a0.mul(factor), y0);
      y0 = GroupScales.bias(w, pair).fma(sum, y0);
      y1 = GroupScales.scale(w + 1 * VECTOR_BYTES, pair).fma(a1.mul(factor), y1);
      y1 = GroupScales.bias(w + 1 * VECTOR_BYTES, pair).fma(sum, y1);
      y2 = GroupScales.scale(w + 2 * VECTOR_BYTES, pair).fma(a2.mul(factor), y2);
      y2 = GroupScales.bias(w + 2 * VECTOR_BYTES, pair).fma(sum, y2);
      y3 = GroupScales.scale(w + 3 * VECTOR_BYTES, pair).fma(a3.mul(factor), y3);
      y3 = GroupScales.bias(w + 3 * VECTOR_BYTES, pair).fma(sum, y3);
      w += scaleBytes;
    }
    y0.intoMemorySegment(Native.ALL, y, Native.ORDER);
    y1.intoMemorySegment(Native.ALL, y + 1 * VECTOR_BYTES, Native.ORDER);
    y2.intoMemorySegment(Native.ALL, y + 2 * VECTOR_BYTES, Native.ORDER);
    y3.intoMemorySegment(Native.ALL, y + 3 * VECTOR_BYTES, Native.ORDER);
    return touched;
  }

  /** For 3, 5 and 6 bits, of which some lie across two words; else as {@link #aligned}. */
  static int crossing(GroupedLayout layout, long w, long x, long y) {
    int groups = layout.groups();
    int bits = layout.bits();
    boolean pair = layout.scales() == GroupedLayout.Scales.BF16;
    long valueBytes = (long) layout.words() * GroupedLayout.WORD_BYTES;
    IntVector mask = IntVector.broadcast(INTS, (1 << bits) - 1);
    long factors = x + (long) layout.columns() * Float.BYTES;
    long groupSums = factors + (long) groups * Float.BYTES;
    int touched = 0;
    FloatVector y0 = FloatVector.zero(FLOATS);
    FloatVector y1 = FloatVector.zero(FLOATS);
    FloatVector y2 = FloatVector.zero(FLOATS);
    FloatVector y3 = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g++) {
      touched += Native.getInt(w + GroupedLayout.TOUCH_AHEAD - GroupedLayout.WORD_BYTES);
      FloatVector a0 = FloatVector.zero(FLOATS);
      FloatVector a1 = FloatVector.zero(FLOATS);
      FloatVector a2 = FloatVector.zero(FLOATS);
      FloatVector a3 = FloatVector.zero(FLOATS);
      for (int c = 0; c < layout.group(); c++) {
        int bit = c * bits;
        int shift = bit % Integer.SIZE;
        long at = w + (long) (bit / Integer.SIZE) * GroupedLayout.WORD_BYTES;
        FloatVector e = FloatVector.broadcast(FLOATS, Native.getFloat(x));
        x += Float.BYTES;
        if (shift + bits <= Integer.SIZE) {
          a0 = floats(within(at, shift).and(mask)).fma(e, a0);
          a1 = floats(within(at + 1 * VECTOR_BYTES, shift).and(mask)).fma(e, a1);
          a2 = floats(within(at + 2 * VECTOR_BYTES, shift).and(mask)).fma(e, a2);
          a3 = floats(within(at + 3 * VECTOR_BYTES, shift).and(mask)).fma(e, a3);
        } else {
          a0 = floats(across(at, shift).and(mask)).fma(e, a0);
          a1 = floats(across(at + 1 * VECTOR_BYTES, shift).and(mask)).fma(e, a1);
          a2 = floats(across(at + 2 * VECTOR_BYTES, shift).and(mask)).fma(e, a2);
          a3 = floats(across(at + 3 * VECTOR_BYTES, shift).and(mask)).fma(e, a3);
        }
      }
      w += valueBytes;
      FloatVector factor = FloatVector.broadcast(FLOATS, Native.getFloat(factors + g * 4L));
      FloatVector sum = FloatVector.broadcast(FLOATS, Native.getFloat(groupSums + g * 4L));
      y0 = GroupScales.scale(w, pair).fma(a0.mul(factor), y0);
      y0 = GroupScales.bias(w, pair).fma(sum, y0);
      y1 = GroupScales.scale(w + 1 * VECTOR_BYTES, pair).fma(a1.mul(factor), y1);
      y1 = GroupScales.bias(w + 1 * VECTOR_BYTES, pair).fma(sum, y1);
      y2 = GroupScales.scale(w + 2 * VECTOR_BYTES, pair).fma(a2.mul(factor), y2);
      y2 = GroupScales.bias(w + 2 * VECTOR_BYTES, pair).fma(sum, y2);
      y3 = GroupScales.scale(w + 3 * VECTOR_BYTES, pair).fma(a3.mul(factor), y3);
      y3 = GroupScales.bias(w + 3 * VECTOR_BYTES, pair).fma(sum, y3);
      w += (long) layout.scales().words() * GroupedLayout.WORD_BYTES;
    }
    y0.intoMemorySegment(Native.ALL, y, Native.ORDER);
    y1.intoMemorySegment(Native.ALL, y + 1 * VECTOR_BYTES, Native.ORDER);
    y2.intoMemorySegment(Native.ALL, y + 2 * VECTOR_BYTES, Native.ORDER);
    y3.intoMemorySegment(Native.ALL, y + 3 * VECTOR_BYTES, Native.ORDER);
    return touched;
  }

  private static FloatVector floats(IntVector values) {
    return (FloatVector) values.convert(VectorOperators.I2F, 0);
  }

  static IntVector within(long at, int shift) {
    return IntVector.fromMemorySegment(INTS, Native.ALL, at, Native.ORDER)
        .lanewise(VectorOperators.LSHR, shift);
  }

  static IntVector across(long at, int shift) {
    return within(at, shift)
        .or(
            IntVector.fromMemorySegment(
                    INTS, Native.ALL, at + GroupedLayout.WORD_BYTES, Native.ORDER)
                .lanewise(VectorOperators.LSHL, Integer.SIZE - shift));
  }
}
