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

  /** How many tokens. */
  public int length() {
    return ids.length;
  }
}
