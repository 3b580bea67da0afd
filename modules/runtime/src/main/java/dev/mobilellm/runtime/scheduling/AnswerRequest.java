package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import java.util.OptionalInt;

/**
 * What a scheduler is asked for.
 *
 * @param prompt all of it, also what may be in the cache
 * @param options how to generate
 * @param alternatives how many of the likeliest tokens shall be told for each token, 0: only the
 *     token's own probability; empty: none of it
 */
public record AnswerRequest(Prompt prompt, GenerationOptions options, OptionalInt alternatives) {

  /** Without probabilities. */
  public AnswerRequest(Prompt prompt, GenerationOptions options) {
    this(prompt, options, OptionalInt.empty());
  }
}
