package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of one block of {@link GroupedLayout grouped} weights with one token in {@link
 * GroupSums} form, with float inputs. Each group's products go through memory to {@link
 * GroupScales}: one method for both is too large for the compiler to keep vectors in registers.
 */
final class WordProducts {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final long VECTOR_BYTES = FLOATS.vectorByteSize();

  /** Vectors that are read at once. */
  static final int TOGETHER = 4;

  /** Bits of a float behind its leading one. */
  private static final int MANTISSA = 23;

  /** AVX-512 rotates in one instruction; elsewhere it takes three, and a conversion is quicker. */
  private static final boolean ROTATES = INTS.length() == 16;

  private WordProducts() {}

  /** By how many bits words are to be rotated left in the {@link GroupedLayout layout}. */
  static int turn(int bits) {
    return ROTATES && isAligned(bits) ? MANTISSA - bits : 0;
  }

  /** By how much each weight of a layout is too large as it is multiplied. */
  static float excess(GroupedLayout layout) {
    return layout.turn() == 0 ? 0 : 1 << layout.bits();
  }

  /**
   * Computes a block.
   *
   * @param w address of the block
   * @param x address of the token's input, {@code xBytes} from one group to the next
   * @param y where {@link GroupedLayout#ROWS} sums are stored, and behind them what was touched
   *     ahead: scratch memory of twice that size
   */
  static void block(GroupedLayout layout, long w, long x, long xBytes, long y) {
    boolean pair = layout.scales() == GroupedLayout.Scales.BF16;
    float excess = excess(layout);
    long valueBytes = (long) layout.words() * GroupedLayout.WORD_BYTES;
    long products = y + GroupedLayout.WORD_BYTES;
    Native.clear(y, GroupedLayout.WORD_BYTES);
    int touched = 0;
    for (int g = 0; g < layout.groups(); g++) {
      touched += Native.getInt(w + GroupedLayout.TOUCH_AHEAD - GroupedLayout.WORD_BYTES);
      if (layout.turn() != 0) {
        rotated(w, layout.words(), layout.bits(), x, products);
      } else if (isAligned(layout.bits())) {
        shifted(w, layout.words(), layout.bits(), x, products);
      } else {
        crossing(w, layout.group(), layout.bits(), x, products);
        long half = 2 * VECTOR_BYTES;
        crossing(w + half, layout.group(), layout.bits(), x, products + half);
      }
      w += valueBytes;
      float sum = Native.getFloat(x + (long) layout.group() * Float.BYTES);
      x += xBytes;
      GroupScales.add(products, w, pair, excess, sum, y);
      w += (long) layout.scales().words() * GroupedLayout.WORD_BYTES;
    }
    Native.putInt(products, touched);
  }

  private static boolean isAligned(int bits) {
    return Integer.SIZE % bits == 0;
  }

  /**
   * 2, 4 and 8 bits, of which a word holds a whole number. Each value is brought to the last places
   * of a float that begins with a one, and so is {@link #excess} more: a logical instruction
   * instead of a conversion.
   */
  private static void rotated(long w, int words, int bits, long x, long products) {
    int perWord = Integer.SIZE / bits;
    IntVector mask = IntVector.broadcast(INTS, (1 << bits) - 1 << MANTISSA - bits);
    IntVector one = IntVector.broadcast(INTS, Float.floatToRawIntBits(1 << bits));
    IntVector step = IntVector.broadcast(INTS, bits);
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
        a0 = v0.and(mask).or(one).reinterpretAsFloats().fma(e, a0);
        v0 = v0.lanewise(VectorOperators.ROR, step);
        a1 = v1.and(mask).or(one).reinterpretAsFloats().fma(e, a1);
        v1 = v1.lanewise(VectorOperators.ROR, step);
        a2 = v2.and(mask).or(one).reinterpretAsFloats().fma(e, a2);
        v2 = v2.lanewise(VectorOperators.ROR, step);
        a3 = v3.and(mask).or(one).reinterpretAsFloats().fma(e, a3);
        v3 = v3.lanewise(VectorOperators.ROR, step);
      }
    }
    a0.intoMemorySegment(Native.ALL, products, Native.ORDER);
    a1.intoMemorySegment(Native.ALL, products + 1 * VECTOR_BYTES, Native.ORDER);
    a2.intoMemorySegment(Native.ALL, products + 2 * VECTOR_BYTES, Native.ORDER);
    a3.intoMemorySegment(Native.ALL, products + 3 * VECTOR_BYTES, Native.ORDER);
  }

  /** The same with a conversion. */
  private static void shifted(long w, int words, int bits, long x, long products) {
    int perWord = Integer.SIZE / bits;
    IntVector mask = IntVector.broadcast(INTS, (1 << bits) - 1);
    IntVector shift = IntVector.broadcast(INTS, bits);
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
    a0.intoMemorySegment(Native.ALL, products, Native.ORDER);
    a1.intoMemorySegment(Native.ALL, products + 1 * VECTOR_BYTES, Native.ORDER);
    a2.intoMemorySegment(Native.ALL, products + 2 * VECTOR_BYTES, Native.ORDER);
    a3.intoMemorySegment(Native.ALL, products + 3 * VECTOR_BYTES, Native.ORDER);
  }

  /**
   * 3, 5 and 6 bits, of which some lie across two words, two vectors of rows at a time: with four
   * or with a branch C2 would run out of what it inlines. Every value is taken as if it went on in
   * the next word, also in the last one: what is read there is masked out.
   */
  private static void crossing(long w, int columns, int bits, long x, long products) {
    IntVector mask = IntVector.broadcast(INTS, (1 << bits) - 1);
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    int bit = 0;
    for (int c = 0; c < columns; c++) {
      long at = w + (long) (bit / Integer.SIZE) * GroupedLayout.WORD_BYTES;
      long next = at + GroupedLayout.WORD_BYTES;
      IntVector down = IntVector.broadcast(INTS, bit % Integer.SIZE);
      // Upwards in two steps, since a shift by 32 would be one by 0.
      IntVector up = IntVector.broadcast(INTS, Integer.SIZE - 1 - bit % Integer.SIZE);
      FloatVector e = FloatVector.broadcast(FLOATS, Native.getFloat(x + (long) c * Float.BYTES));
      IntVector n0 = IntVector.fromMemorySegment(INTS, Native.ALL, next, Native.ORDER);
      IntVector v0 =
          IntVector.fromMemorySegment(INTS, Native.ALL, at, Native.ORDER)
              .lanewise(VectorOperators.LSHR, down)
              .or(n0.add(n0).lanewise(VectorOperators.LSHL, up))
              .and(mask);
      a0 = ((FloatVector) v0.convert(VectorOperators.I2F, 0)).fma(e, a0);
      IntVector n1 =
          IntVector.fromMemorySegment(INTS, Native.ALL, next + VECTOR_BYTES, Native.ORDER);
      IntVector v1 =
          IntVector.fromMemorySegment(INTS, Native.ALL, at + VECTOR_BYTES, Native.ORDER)
              .lanewise(VectorOperators.LSHR, down)
              .or(n1.add(n1).lanewise(VectorOperators.LSHL, up))
              .and(mask);
      a1 = ((FloatVector) v1.convert(VectorOperators.I2F, 0)).fma(e, a1);
      bit += bits;
    }
    a0.intoMemorySegment(Native.ALL, products, Native.ORDER);
    a1.intoMemorySegment(Native.ALL, products + VECTOR_BYTES, Native.ORDER);
  }

  /** The words at an address, rotated right; above a value stands what is to be masked out. */
  static IntVector within(long at, int bits) {
    return IntVector.fromMemorySegment(INTS, Native.ALL, at, Native.ORDER)
        .lanewise(VectorOperators.ROR, bits);
  }

  /** The words at an address, shifted down, and above them the low bits of the next ones. */
  static IntVector across(long at, long next, int shift) {
    IntVector low = IntVector.fromMemorySegment(INTS, Native.ALL, at, Native.ORDER);
    IntVector high = IntVector.fromMemorySegment(INTS, Native.ALL, next, Native.ORDER);
    return low.lanewise(VectorOperators.LSHR, shift)
        .or(high.lanewise(VectorOperators.LSHL, Integer.SIZE - shift));
  }
}
