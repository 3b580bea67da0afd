package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
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
  private static final int LANES = FLOATS.length();

  /** Vectors that are read at once. */
  static final int TOGETHER = 4;

  /** Bytes for a vector of floats; null where they would be too few for a vector. */
  private static final VectorSpecies<Byte> BYTES =
      INTS.length() < 8
          ? null
          : VectorSpecies.of(byte.class, VectorShape.forBitSize(INTS.length() * Byte.SIZE));

  private WordProducts() {}

  /** Whether values are to be {@link GroupedLayout#bytes bytes} in the layout. */
  static boolean wantsBytes(int bits) {
    return bits == Byte.SIZE && BYTES != null;
  }

  /** By how much each weight of a layout is too large as it is multiplied. */
  static float excess(GroupedLayout layout) {
    return layout.bytes() ? Byte.MIN_VALUE : 0;
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
      if (layout.bytes()) {
        bytes(w, layout.group(), x, products);
      } else if (Integer.SIZE % layout.bits() == 0) {
        aligned(w, layout.words(), layout.bits(), x, products);
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

  /** The values of a column of 8 bits in all rows of the block. */
  private static void bytes(long w, int columns, long x, long products) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    for (int c = 0; c < columns; c++) {
      FloatVector e = FloatVector.broadcast(FLOATS, Native.getFloat(x));
      x += Float.BYTES;
      a0 = floats(w).fma(e, a0);
      a1 = floats(w + 1 * LANES).fma(e, a1);
      a2 = floats(w + 2 * LANES).fma(e, a2);
      a3 = floats(w + 3 * LANES).fma(e, a3);
      w += GroupedLayout.ROWS;
    }
    a0.intoMemorySegment(Native.ALL, products, Native.ORDER);
    a1.intoMemorySegment(Native.ALL, products + 1 * VECTOR_BYTES, Native.ORDER);
    a2.intoMemorySegment(Native.ALL, products + 2 * VECTOR_BYTES, Native.ORDER);
    a3.intoMemorySegment(Native.ALL, products + 3 * VECTOR_BYTES, Native.ORDER);
  }

  /** 2, 4 and 8 bits, of which a word holds a whole number: masked out one by one. */
  private static void aligned(long w, int words, int bits, long x, long products) {
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

  /** Values of {@link #bytes} as floats. */
  static FloatVector floats(long at) {
    return (FloatVector)
        ByteVector.fromMemorySegment(BYTES, Native.ALL, at, Native.ORDER)
            .convertShape(VectorOperators.B2F, FLOATS, 0);
  }

  /** The words at an address, shifted down. */
  static IntVector within(long at, int shift) {
    return IntVector.fromMemorySegment(INTS, Native.ALL, at, Native.ORDER)
        .lanewise(VectorOperators.LSHR, shift);
  }

  /** The words at an address, shifted down, and above them the low bits of the next ones. */
  static IntVector across(long at, long next, int shift) {
    return within(at, shift)
        .or(
            IntVector.fromMemorySegment(INTS, Native.ALL, next, Native.ORDER)
                .lanewise(VectorOperators.LSHL, Integer.SIZE - shift));
  }
}
