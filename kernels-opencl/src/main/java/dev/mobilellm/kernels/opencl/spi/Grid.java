package dev.mobilellm.kernels.opencl.spi;

import dev.mobilellm.spi.graph.Value;

/**
 * How many work-items run: dimension 0 has the items of a row, dimension 1 the rows of the pass.
 *
 * @param items of a row, at least 1; rounded up to whole groups, so kernels check their index
 * @param group work-items of a group; 32 run everywhere, 256 are the most
 * @param rows which rows there are
 */
public record Grid(int items, int group, Value.Rows rows) {

  public Grid {
    if (items < 1 || group < 1) {
      throw new IllegalArgumentException(items + " items in groups of " + group);
    }
  }
}
