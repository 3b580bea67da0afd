package dev.mobilellm.runtime.evaluation;

/**
 * A run of tokens that a model reads from an empty cache, and which of them count. A document of
 * its own, such as a chat whose answer counts, is a window too; {@link Windows} cuts a long text.
 *
 * @param tokens at least two, with the BOS if there is one
 * @param firstScored index of the first token that counts, as do all behind it; at least 1, because
 *     nothing predicts the token at 0
 */
public record Window(int[] tokens, int firstScored) {

  public Window {
    if (firstScored < 1 || firstScored >= tokens.length) {
      throw new IllegalArgumentException(
          "the first token that counts is %d of %d".formatted(firstScored, tokens.length));
    }
    tokens = tokens.clone();
  }

  /** How many tokens count. */
  public int scored() {
    return tokens.length - firstScored;
  }

  @Override
  public int[] tokens() {
    return tokens.clone();
  }
}
