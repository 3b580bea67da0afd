package dev.mobilellm.spi.sampling;

import dev.mobilellm.spi.UsageException;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How the next token is chosen. A value that a plugin reads and finds neutral switches it off.
 *
 * @param temperature at least 0; 0: the likeliest token
 * @param topK keep the k likeliest; 0: all
 * @param topP keep the likeliest that together reach this probability, 0 to 1; 1: all
 * @param minP keep those with at least this share of the likeliest one's probability, 0 to 1; 0:
 *     all
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens that occurred,
 *     the prompt included; greater than 0; 1: none
 * @param frequencyPenalty subtracted once per occurrence in what was generated; 0: none
 * @param presencePenalty subtracted once from what was generated; 0: none
 * @param logitBias added to the logits of single tokens, by id; -infinity forbids a token
 * @param seed makes a run repeatable; empty: another run, another answer
 * @param extra options of third-party plugins by name
 */
public record SamplingOptions(
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    double frequencyPenalty,
    double presencePenalty,
    Map<Integer, Float> logitBias,
    OptionalLong seed,
    Map<String, String> extra) {

  /** More than any use of these options, and far from what overflows a logit. */
  private static final double LIMIT = 1e6;

  /** The likeliest token, nothing else. */
  public static final SamplingOptions GREEDY =
      new SamplingOptions(0, 0, 1, 0, 1, 0, 0, Map.of(), OptionalLong.empty(), Map.of());

  /**
   * @throws UsageException naming the option, what it may be and what it is
   */
  public SamplingOptions {
    require(
        temperature >= 0 && temperature <= LIMIT,
        "temperature",
        "between 0 and 1000000",
        temperature);
    require(topK >= 0, "top-k", "0 (all) or greater", topK);
    require(topP >= 0 && topP <= 1, "top-p", "between 0 and 1", topP);
    require(minP >= 0 && minP <= 1, "min-p", "between 0 and 1", minP);
    require(
        repetitionPenalty > 0 && repetitionPenalty <= LIMIT,
        "repetition-penalty",
        "greater than 0 and at most 1000000",
        repetitionPenalty);
    require(
        Math.abs(frequencyPenalty) <= LIMIT,
        "frequency-penalty",
        "between -1000000 and 1000000",
        frequencyPenalty);
    require(
        Math.abs(presencePenalty) <= LIMIT,
        "presence-penalty",
        "between -1000000 and 1000000",
        presencePenalty);
    logitBias.forEach(
        (token, bias) ->
            require(
                bias <= LIMIT,
                "logit-bias of token " + token,
                "-Infinity or a number up to 1000000",
                bias));
    logitBias = Map.copyOf(logitBias);
    extra = Map.copyOf(extra);
  }

  /** The same with a temperature. */
  public SamplingOptions withTemperature(double value) {
    return new SamplingOptions(
        value,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        logitBias,
        seed,
        extra);
  }

  /** The same with a seed. */
  public SamplingOptions withSeed(long value) {
    return new SamplingOptions(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        logitBias,
        OptionalLong.of(value),
        extra);
  }

  /** The same with other options of third-party plugins. */
  public SamplingOptions withExtra(Map<String, String> values) {
    return new SamplingOptions(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        logitBias,
        seed,
        values);
  }

  private static void require(boolean holds, String option, String wanted, Number found) {
    if (!holds) {
      throw new UsageException("%s must be %s, found %s.".formatted(option, wanted, found));
    }
  }
}
