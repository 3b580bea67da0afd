package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;

/**
 * Products of one block of {@link GroupedLayout grouped} weights with many tokens, group by group
 * through a {@link GroupPanel}. Four vectors of rows by four tokens are 16 accumulators for 8
 * loads, and nothing is summed across lanes.
 */
final class GroupedBlock {

  /** Tokens of one tile: their sums stay in the second-level cache while groups go by. */
  static final int TILE = 256;

  private static final long ROW_BYTES = GroupedLayout.WORD_BYTES;
  private static final long PRODUCT_BYTES = GroupPanel.TOKENS * ROW_BYTES;

  private final GroupedLayout layout;
  private final GroupPanel panel;

  GroupedBlock(GroupedLayout layout, GroupPanel panel) {
    this.layout = layout;
    this.panel = panel;
  }

  /** Scratch memory: sums of a tile, products, and a panel. */
  long scratchBytes() {
    return TILE * ROW_BYTES + PRODUCT_BYTES + panel.bytes();
  }

  /**
   * Computes the sums of up to {@link #TILE} tokens; token t's are {@link GroupedLayout#ROWS}
   * floats at row t of the scratch memory.
   *
   * @param w address of the block
   * @param x address of the first token's input in the first group
   * @param tokenBytes from one token to the next
   * @param groupBytes from one group to the next
   */
  void multiply(long w, long x, long tokenBytes, long groupBytes, int tokens, long scratch) {
    long products = scratch + TILE * ROW_BYTES;
    long values = products + PRODUCT_BYTES;
    long scales = (long) layout.words() * GroupedLayout.WORD_BYTES;
    Native.clear(scratch, tokens * ROW_BYTES);
    for (int g = 0; g < layout.groups(); g++) {
      long group = w + g * layout.groupBytes();
      panel.unpack(group, values);
      for (int token = 0; token < tokens; token += GroupPanel.TOKENS) {
        int used = Math.min(GroupPanel.TOKENS, tokens - token);
        long inputs = x + g * groupBytes + token * tokenBytes;
        panel.accumulate(values, inputs, tokenBytes, used - 1, products);
        for (int t = 0; t < used; t++) {
          long sums = scratch + (token + t) * ROW_BYTES;
          panel.scale(products + t * ROW_BYTES, group + scales, inputs + t * tokenBytes, sums);
        }
      }
    }
  }
}
