package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.Native;

/**
 * Floats for the products with {@link GroupedLayout grouped} weights: the columns in their order,
 * then the sum of each group. With {@code w = scale * q + bias} a group's product is {@code scale *
 * sum(q * x) + bias * sum(x)}.
 *
 * @param group columns of a group
 */
record GroupSums(int group) implements InputForm {

  @Override
  public int width(int columns) {
    return columns + columns / group;
  }

  @Override
  public void prepare(long from, long to, int columns) {
    Native.copy(from, to, (long) columns * Float.BYTES);
    long sums = to + (long) columns * Float.BYTES;
    for (int g = 0; g < columns / group; g++) {
      float sum = Rows.sum(from + (long) g * group * Float.BYTES, group);
      Native.putFloat(sums + (long) g * Float.BYTES, sum);
    }
  }
}
