package dev.mobilellm.runtime.generation;

import java.time.Duration;

/**
 * An answer.
 *
 * @param text without control tokens and stop strings; empty if the model has no tokenizer
 * @param tokens what was generated, the end-of-sequence token included
 * @param finishReason why it ended
 * @param promptTokens tokens of the prompt
 * @param cachedTokens how many of them were in the cache already
 * @param seed with which the answer can be repeated
 * @param prefillTime until the first token was known
 * @param decodeTime from then on; covers {@code tokens.length - 1} tokens
 */
public record Generation(
    String text,
    int[] tokens,
    FinishReason finishReason,
    int promptTokens,
    int cachedTokens,
    long seed,
    Duration prefillTime,
    Duration decodeTime) {

  /** Tokens of the prompt that were read, per second. */
  public double prefillTokensPerSecond() {
    return rate(promptTokens - cachedTokens, prefillTime);
  }

  /** Tokens after the first, per second. */
  public double decodeTokensPerSecond() {
    return rate(Math.max(0, tokens.length - 1), decodeTime);
  }

  private static double rate(int tokens, Duration time) {
    return time.isZero() ? 0 : tokens / (time.toNanos() / 1e9);
  }
}
