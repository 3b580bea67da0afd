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

  private WordProducts() {}

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
    boolean aligned = Integer.SIZE % layout.bits() == 0;
    long valueBytes = (long) layout.words() * GroupedLayout.WORD_BYTES;
    long products = y + GroupedLayout.WORD_BYTES;
    Native.fill(y, GroupedLayout.WORD_BYTES);
    int touched = 0;
    for (int g = 0; g < layout.groups(); g++) {
      touched += Native.getInt(w + GroupedLayout.TOUCH_AHEAD - GroupedLayout.WORD_BYTES);
      if (aligned) {
        aligned(w, layout.words(), layout.bits(), x, products);
      } else {
        crossing(w, layout.group(), layout.bits(), x, products);
      }
      w += valueBytes;
      float sum = Native.getFloat(x + (long) layout.group() * Float.BYTES);
      x += xBytes;
      GroupScales.add(products, w, pair, sum, y);
      w += (long) layout.scales().words() * GroupedLayout.WORD_BYTES;
    }
    Native.putInt(products, touched);
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

  /** 3, 5 and 6 bits, of which some lie across two words. */
  private static void crossing(long w, int columns, int bits, long x, long products) {
    IntVector mask = IntVector.broadcast(INTS, (1 << bits) - 1);
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    for (int c = 0; c < columns; c++) {
      int bit = c * bits;
      int shift = bit % Integer.SIZE;
      long at = w + (long) (bit / Integer.SIZE) * GroupedLayout.WORD_BYTES;
      FloatVector e = FloatVector.broadcast(FLOATS, Native.getFloat(x + (long) c * Float.BYTES));
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
    a0.intoMemorySegment(Native.ALL, products, Native.ORDER);
    a1.intoMemorySegment(Native.ALL, products + 1 * VECTOR_BYTES, Native.ORDER);
    a2.intoMemorySegment(Native.ALL, products + 2 * VECTOR_BYTES, Native.ORDER);
    a3.intoMemorySegment(Native.ALL, products + 3 * VECTOR_BYTES, Native.ORDER);
  }

  private static FloatVector floats(IntVector values) {
    return (FloatVector) values.convert(VectorOperators.I2F, 0);
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

  private static IntVector across(long at, int shift) {
    return across(at, at + GroupedLayout.WORD_BYTES, shift);
  }
}
