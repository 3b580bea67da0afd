package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.Native;

/**
 * Inputs for {@link NibbleProducts}, as 32-bit words: for each group the start of its sum, then the
 * factors of its columns; behind all groups, for each, {@code d}, eight times the sum of its whole
 * numbers, and {@code d} times that sum.
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
record NibbleWords(int group) implements InputForm {

  /** Words of a group: the start, and a factor for two columns. */
  static int wordsPerGroup(int group) {
    return 1 + group / 2;
  }

  @Override
  public int width(int columns) {
    return columns / group * (wordsPerGroup(group) + 3) + group;
  }

  @Override
  public void prepare(long from, long to, int columns) {
    int groups = columns / group;
    long words = to;
    long tail = to + (long) groups * wordsPerGroup(group) * Integer.BYTES;
    // The whole numbers of one group stand behind everything else while they are needed.
    long numbers = tail + 3L * groups * Float.BYTES;
    for (int g = 0; g < groups; g++) {
      float factor = Rows.roundToBytes(from + (long) g * group * Float.BYTES, group, numbers);
      int low = 0;
      int high = 0;
      long at = words + Integer.BYTES;
      for (int c = 0; c < group; c += 8) {
        int before = 0;
        int beforeHigh = 0;
        for (int j = 0; j < 4; j++) {
          int x = (int) Native.getFloat(numbers + (long) (c + j) * Float.BYTES);
          int xHigh = (int) Native.getFloat(numbers + (long) (c + j + 4) * Float.BYTES);
          Native.putInt(at, (x - 16 * before) & 0xFFFF | (xHigh - 16 * beforeHigh) << Short.SIZE);
          at += Integer.BYTES;
          before = x;
          beforeHigh = xHigh;
          low += x;
          high += xHigh;
        }
      }
      Native.putInt(words, -8 * low & 0xFFFF | -8 * high << Short.SIZE);
      words = at;
      Native.putFloat(tail, factor);
      Native.putInt(tail + 4, 8 * (low + high));
      Native.putFloat(tail + 8, (low + high) * factor);
      tail += 12;
    }
  }
}
