package dev.mobilellm.sampling;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;

/** Picks the largest logit, among equals the lowest id; uses no chance. */
public final class Greedy implements SamplerProvider {

  /**
   * Below this a temperature counts as 0, as in vLLM: float32 logits of the usual size differ by
   * about 2e-6 or not at all, so hardly anything is left to chance.
   */
  private static final double COLD = 1e-5;

  /** Found by the service loader. */
  public Greedy() {}

  @Override
  public String name() {
    return "greedy";
  }

  @Override
  public Match matches(SamplingOptions options) {
    return isMeantBy(options)
        ? Match.yes("the temperature is 0")
        : Match.no("the temperature is " + options.temperature() + ", not 0");
  }

  @Override
  public boolean isArgmax() {
    return true;
  }

  @Override
  public Sampler create(SamplingOptions options) {
    return (candidates, random) -> candidates.id(likeliest(candidates));
  }

  /** Whether the temperature is 0, or as good as. */
  static boolean isMeantBy(SamplingOptions options) {
    return options.temperature() < COLD;
  }

  /**
   * The index of the largest logit.
   *
   * @throws ModelException if it is no finite number
   */
  static int likeliest(Candidates candidates) {
    int best = candidates.argmax();
    float logit = candidates.logit(best);
    if (logit == Float.NEGATIVE_INFINITY) {
      throw new ModelException(
          "No token can come next: all %d candidates have the logit -Infinity; forbid fewer with --logit-bias."
              .formatted(candidates.size()));
    }
    if (!Float.isFinite(logit)) {
      throw new ModelException(
          "No token can come next: the largest of %d logits is %s; look for broken weights with 'mobilellm inspect --check-values'."
              .formatted(candidates.size(), logit));
    }
    return best;
  }
}
