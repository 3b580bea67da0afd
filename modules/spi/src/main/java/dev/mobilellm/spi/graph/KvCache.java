package dev.mobilellm.spi.graph;

/**
 * The keys and values that one attention operation keeps for every position of a sequence. The
 * device decides how they are stored.
 *
 * @param index unique in the program, from 0
 * @param kvHeads key/value heads
 * @param headDim values per head
 */
public record KvCache(int index, int kvHeads, int headDim) {

  /** Width of the keys of one position, and of its values. */
  public int width() {
    return kvHeads * headDim;
  }
}
