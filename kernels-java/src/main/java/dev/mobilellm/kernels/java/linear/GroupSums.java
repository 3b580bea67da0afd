package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.Native;

/**
 * Floats for the products with {@link GroupedLayout grouped} weights: for each group the tokens one
 * after another, and of each its columns in the group and their sum. With {@code w = scale * q +
 * bias} a group's product is {@code scale * sum(q * x) + bias * sum(x)}.
 *
 * @param group columns of a group
 */
record GroupSums(int group) implements GroupForm {

  @Override
  public int words() {
    return group + 1;
  }

  @Override
  public int width(int columns) {
    return columns / group * words();
  }

  @Override
  public void prepare(long from, long to, int columns, int token, int tokens) {
    long bytes = (long) group * Float.BYTES;
    for (int g = 0; g < columns / group; g++) {
      long target = to + address(g, token, tokens);
      Native.copy(from + g * bytes, target, bytes);
      Native.putFloat(target + bytes, Rows.sum(target, group));
    }
  }
}
