package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.UsageException;

/**
 * What a model is asked to continue.
 *
 * @param ids token ids, BOS included, at least one
 */
public record Prompt(int[] ids) {

  /**
   * @throws UsageException if there is no token
   */
  public Prompt {
    if (ids.length == 0) {
      throw new UsageException("The prompt is empty; give at least one token.");
    }
    ids = ids.clone();
  }

  /**
   * @param context how many tokens there is room for
   * @throws UsageException if it is longer
   */
  public void requireFits(int context) {
    if (ids.length > context) {
      throw new UsageException(
          "The prompt has %d tokens, but the context holds %d; shorten it or ask for a larger --context."
              .formatted(ids.length, context));
    }
  }

  /** How many tokens. */
  public int length() {
    return ids.length;
  }
}
