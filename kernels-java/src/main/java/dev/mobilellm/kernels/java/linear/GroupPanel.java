package dev.mobilellm.kernels.java.linear;

/**
 * The weights of one group of columns in a block, taken out of their packing once, in a panel that
 * stays in the first-level cache while many tokens are multiplied with it.
 *
 * <p>Products and scales are those of the kernels for one token, operation by operation, so the
 * results are, too.
 */
interface GroupPanel {

  /** Tokens that are multiplied at once; with four vectors of rows they make 16 accumulators. */
  int TOKENS = 4;

  /** Memory that a panel takes. */
  long bytes();

  /**
   * Takes a group out of its packing.
   *
   * @param w address of the group
   */
  void unpack(long w, long panel);

  /**
   * The products of a group with up to {@link #TOKENS} tokens.
   *
   * @param x address of the first token's input in the group, {@code xBytes} from one to the next
   * @param last index of the last token; it stands for those that are missing
   * @param products address of {@link GroupedLayout#WORD_BYTES} for each of {@link #TOKENS}
   */
  void accumulate(long panel, long x, long xBytes, int last, long products);

  /**
   * Adds one token's products, scaled, and the bias to its sums.
   *
   * @param products address of the token's products
   * @param scales address of the scales and biases of the group
   * @param x address of the token's input in the group
   * @param y address of the token's sums
   */
  void scale(long products, long scales, long x, long y);
}
