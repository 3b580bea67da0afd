package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
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

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final long VECTOR_BYTES = INTS.vectorByteSize();
  private static final long PAIR_BYTES = 2 * VECTOR_BYTES;

  /** Vectors that are read at once. */
  static final int TOGETHER = 2;

  // Shifts by constant vectors: by a scalar they are slower.
  static final ShortVector FOUR = ShortVector.broadcast(SHORTS, 4);
  private static final ShortVector EIGHT = ShortVector.broadcast(SHORTS, 8);
  private static final ShortVector TWELVE = ShortVector.broadcast(SHORTS, 12);

  private NibbleProducts() {}

  /** As {@link WordProducts#block}. */
  static void block(GroupedLayout layout, long w, long x, long xBytes, long y) {
    boolean pair = layout.scales() == GroupedLayout.Scales.BF16;
    int words = layout.words();
    long products = y + GroupedLayout.WORD_BYTES;
    Native.clear(y, GroupedLayout.WORD_BYTES);
    int touched = 0;
    for (int g = 0; g < layout.groups(); g++) {
      touched += Native.getInt(w + GroupedLayout.TOUCH_AHEAD - GroupedLayout.WORD_BYTES);
      group(w, words, x, products);
      group(w + words * PAIR_BYTES, words, x, products + PAIR_BYTES);
      w += (long) words * GroupedLayout.WORD_BYTES;
      scale(layout.group(), products, w, pair, x, y);
      x += xBytes;
      w += (long) layout.scales().words() * GroupedLayout.WORD_BYTES;
    }
    Native.putInt(products, touched);
  }

  /**
   * Adds the products of a group, scaled, and its bias to the sums.
   *
   * @param x address of the token's input in the group
   */
  static void scale(int group, long products, long scales, boolean pair, long x, long y) {
    long tail = x + (long) NibbleWords.products(group) * Integer.BYTES;
    float factor = Native.getFloat(tail);
    int offset = Native.getInt(tail + 4);
    GroupScales.addShorts(products, scales, pair, factor, offset, Native.getFloat(tail + 8), y);
  }

  /**
   * Two of a block's vectors over one group. All four in one method would be past what the compiler
   * inlines, and then a call in the loop takes every vector out of its register.
   */
  private static void group(long w, int words, long x, long products) {
    ShortVector e = IntVector.broadcast(INTS, Native.getInt(x)).reinterpretAsShorts();
    x += Integer.BYTES;
    ShortVector a0 = e;
    ShortVector a1 = e;
    for (int k = 0; k < words; k++) {
      ShortVector v0 = ShortVector.fromMemorySegment(SHORTS, Native.ALL, w, Native.ORDER);
      ShortVector v1 =
          ShortVector.fromMemorySegment(SHORTS, Native.ALL, w + VECTOR_BYTES, Native.ORDER);
      w += PAIR_BYTES;
      e = IntVector.broadcast(INTS, Native.getInt(x)).reinterpretAsShorts();
      a0 = v0.mul(e).add(a0);
      a1 = v1.mul(e).add(a1);
      e = IntVector.broadcast(INTS, Native.getInt(x + 4)).reinterpretAsShorts();
      a0 = v0.lanewise(VectorOperators.LSHR, FOUR).mul(e).add(a0);
      a1 = v1.lanewise(VectorOperators.LSHR, FOUR).mul(e).add(a1);
      e = IntVector.broadcast(INTS, Native.getInt(x + 8)).reinterpretAsShorts();
      a0 = v0.lanewise(VectorOperators.LSHR, EIGHT).mul(e).add(a0);
      a1 = v1.lanewise(VectorOperators.LSHR, EIGHT).mul(e).add(a1);
      e = IntVector.broadcast(INTS, Native.getInt(x + 12)).reinterpretAsShorts();
      a0 = v0.lanewise(VectorOperators.LSHR, TWELVE).mul(e).add(a0);
      a1 = v1.lanewise(VectorOperators.LSHR, TWELVE).mul(e).add(a1);
      x += 16;
    }
    a0.intoMemorySegment(Native.ALL, products, Native.ORDER);
    a1.intoMemorySegment(Native.ALL, products + VECTOR_BYTES, Native.ORDER);
  }
}
