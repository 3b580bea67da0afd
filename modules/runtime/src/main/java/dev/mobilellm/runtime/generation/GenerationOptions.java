package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.List;
import java.util.Optional;

/**
 * How to generate.
 *
 * @param sampling how each token is chosen
 * @param sampler name of a sampler plugin to use; empty: the one that matches
 * @param maxTokens the most tokens, at least 1
 * @param stop strings that end the answer and are not part of it
 * @param stopAtBoxed whether the brace that closes {@code \boxed{} ends the answer
 * @param ignoreEos whether to go on behind the model's own end: for measuring
 */
public record GenerationOptions(
    SamplingOptions sampling,
    Optional<String> sampler,
    int maxTokens,
    List<String> stop,
    boolean stopAtBoxed,
    boolean ignoreEos) {

  /** Greedy, up to 1,024 tokens. */
  public static final GenerationOptions DEFAULT =
      new GenerationOptions(
          SamplingOptions.GREEDY, Optional.empty(), 1024, List.of(), false, false);

  /**
   * @throws UsageException if a number is out of range or a stop string is empty
   */
  public GenerationOptions {
    if (maxTokens < 1) {
      throw new UsageException("max-tokens must be at least 1, found " + maxTokens + ".");
    }
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw new UsageException("A stop string is empty; it would end every answer at once.");
    }
    stop = List.copyOf(stop);
  }

  public GenerationOptions withSampling(SamplingOptions value) {
    return new GenerationOptions(value, sampler, maxTokens, stop, stopAtBoxed, ignoreEos);
  }

  public GenerationOptions withMaxTokens(int value) {
    return new GenerationOptions(sampling, sampler, value, stop, stopAtBoxed, ignoreEos);
  }

  public GenerationOptions withStop(List<String> value) {
    return new GenerationOptions(sampling, sampler, maxTokens, value, stopAtBoxed, ignoreEos);
  }
}
