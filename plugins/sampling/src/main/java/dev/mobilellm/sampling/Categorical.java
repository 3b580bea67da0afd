package dev.mobilellm.sampling;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.random.RandomGenerator;

/**
 * Picks a candidate with its probability, {@code softmax(logits)} over the candidates left.
 *
 * <p>It draws one {@code u} from [0, 1) for each token, and picks the first candidate, from the
 * likeliest on, at which the sum of probabilities reaches {@code u}. The order makes a seed as
 * repeatable as the logits: where two devices differ in the last digits, they nearly always pick
 * the same token. At temperature 0, if used by name, it is {@link Greedy}, its limit.
 */
public final class Categorical implements SamplerProvider {

  /** Found by the service loader. */
  public Categorical() {}

  @Override
  public String name() {
    return "categorical";
  }

  @Override
  public Match matches(SamplingOptions options) {
    return Greedy.isMeantBy(options)
        ? Match.no("the temperature is 0")
        : Match.yes("the temperature is " + options.temperature());
  }

  @Override
  public Sampler create(SamplingOptions options) {
    return Greedy.isMeantBy(options) ? new Greedy().create(options) : Categorical::pick;
  }

  private static int pick(Candidates candidates, RandomGenerator random) {
    float largest = candidates.logit(Greedy.likeliest(candidates));
    return candidates.id(Softmax.reach(candidates, largest, random.nextDouble()) - 1);
  }
}
