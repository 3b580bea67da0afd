package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.Native;

/**
 * Floats for the products with {@link GroupedLayout grouped} weights: the columns in their order,
 * then for each group a factor {@code d} and the sum of the group times that factor. With {@code w
 * = scale * q + bias} a group's product is {@code scale * d * sum(q * x) + bias * d * sum(x)}.
 *
 * @param group columns of a group
 * @param rounded whether the columns are whole numbers from -127 to 127 (the factor makes up for
 *     it) or the inputs themselves (the factor is 1)
 */
record GroupSums(int group, boolean rounded) implements InputForm {

  @Override
  public int width(int columns) {
    return columns + 2 * (columns / group);
  }

  @Override
  public void prepare(long from, long to, int columns) {
    int groups = columns / group;
    long factors = to + (long) columns * Float.BYTES;
    long sums = factors + (long) groups * Float.BYTES;
    for (int g = 0; g < groups; g++) {
      long source = from + (long) g * group * Float.BYTES;
      long target = to + (long) g * group * Float.BYTES;
      float factor = 1;
      if (rounded) {
        factor = Rows.roundToBytes(source, group, target);
      } else {
        Native.copy(source, target, (long) group * Float.BYTES);
      }
      Native.putFloat(factors + (long) g * Float.BYTES, factor);
      Native.putFloat(sums + (long) g * Float.BYTES, Rows.sum(target, group) * factor);
    }
  }
}
