package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inputs for {@link NibbleProducts}, as 32-bit words: for each group the tokens one after another,
 * and of each the start of its sum, the factors of its columns, {@code d}, eight times the sum of
 * its whole numbers, and {@code d} times that sum.
 *
 * <p>A weight word holds eight nibbles; seen as two shorts v, the shifted {@code T_j = v >>> 4j}
 * still holds the nibbles above j, so that nibble {@code j = T_j - 16 * T_(j+1)} and a dot product
 * with x is the sum of {@code T_j * c_j}, with {@code c_0 = x_0} and {@code c_j = x_j - 16 *
 * x_(j-1)}, modulo 2^16. No nibble is ever masked out. Words hold the factors of columns j and j +
 * 4. The sum starts at -8 times that of the inputs and so is that of (q - 8) * x, which 32 products
 * cannot take out of 16 bits; what wraps around on the way does not matter.
 *
 * @param group columns of a group
 */
record NibbleWords(int group) implements GroupForm {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();
  private static final IntVector SIXTEEN = IntVector.broadcast(INTS, 16);
  private static final ShortVector FOUR = ShortVector.broadcast(SHORTS, 4);
  private static final VectorShuffle<Integer> LOW = halvesOfEight(0);
  private static final VectorShuffle<Integer> HIGH = halvesOfEight(4);
  private static final VectorShuffle<Integer> BEFORE =
      VectorShuffle.fromOp(INTS, lane -> Math.max(0, lane - 1));
  private static final IntVector NOT_FIRST = notFirst();

  /** Words in front of the factor: the start of the sum, and a factor for two columns. */
  static int products(int group) {
    return 1 + group / 2;
  }

  @Override
  public int words() {
    return products(group) + 3;
  }

  @Override
  public int width(int columns) {
    return columns / group * words() + group;
  }

  @Override
  public void prepare(long from, long to, int columns, int token, int tokens) {
    int groups = columns / group;
    // The whole numbers of one group stand behind everything else while they are needed.
    long numbers = to + address(groups, 0, tokens) + (long) token * group * Float.BYTES;
    for (int g = 0; g < groups; g++) {
      float factor = Rows.roundToBytes(from + (long) g * group * Float.BYTES, group, numbers);
      long words = to + address(g, token, tokens);
      int sums = factors(numbers, group, words + Integer.BYTES);
      int low = (short) sums;
      int high = sums >> Short.SIZE;
      Native.putInt(words, -8 * low & 0xFFFF | -8 * high << Short.SIZE);
      long tail = words + (long) products(group) * Integer.BYTES;
      Native.putFloat(tail, factor);
      Native.putInt(tail + 4, 8 * (low + high));
      Native.putFloat(tail + 8, (low + high) * factor);
    }
  }

  /**
   * Stores the factors of a group.
   *
   * @return the sum of the columns in lower halves, and above it that of those in upper halves
   */
  private static int factors(long numbers, int group, long words) {
    ShortVector sums = ShortVector.zero(SHORTS);
    for (int c = 0; c < group; c += 2 * LANES) {
      long at = numbers + (long) c * Float.BYTES;
      IntVector first = ints(at);
      IntVector second = ints(at + (long) LANES * Float.BYTES);
      IntVector low = first.rearrange(LOW, second).and(0xFFFF);
      IntVector high = first.rearrange(HIGH, second).lanewise(VectorOperators.LSHL, SIXTEEN);
      IntVector pairs = low.or(high);
      IntVector before = pairs.rearrange(BEFORE).and(NOT_FIRST);
      ShortVector x = pairs.reinterpretAsShorts();
      sums = x.add(sums);
      x.sub(before.reinterpretAsShorts().lanewise(VectorOperators.LSHL, FOUR))
          .intoMemorySegment(Native.ALL, words + (long) c * Short.BYTES, Native.ORDER);
    }
    IntVector halves = sums.reinterpretAsInts();
    int low =
        halves
            .lanewise(VectorOperators.LSHL, SIXTEEN)
            .lanewise(VectorOperators.ASHR, SIXTEEN)
            .reduceLanes(VectorOperators.ADD);
    int high = halves.lanewise(VectorOperators.ASHR, SIXTEEN).reduceLanes(VectorOperators.ADD);
    return low & 0xFFFF | high << Short.SIZE;
  }

  private static IntVector ints(long at) {
    FloatVector x = FloatVector.fromMemorySegment(FLOATS, Native.ALL, at, Native.ORDER);
    return (IntVector) x.convert(VectorOperators.F2I, 0);
  }

  /** Of two vectors of columns, the four at {@code start} of each eight. */
  private static VectorShuffle<Integer> halvesOfEight(int start) {
    return VectorShuffle.fromOp(
        INTS,
        lane -> {
          int column = lane / 4 * 8 + start + lane % 4;
          return column < LANES ? column : column - 2 * LANES;
        });
  }

  private static IntVector notFirst() {
    int[] masks = new int[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      masks[lane] = lane % 4 == 0 ? 0 : -1;
    }
    return IntVector.fromArray(INTS, masks, 0);
  }
}
