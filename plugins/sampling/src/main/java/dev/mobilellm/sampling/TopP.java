package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Optional;

/**
 * Keeps the fewest of the likeliest candidates whose probabilities, among the candidates left,
 * reach p together (nucleus sampling, Holtzman et al. 2019); among equals those with the lowest
 * ids. At least the likeliest stays. Not wanted at temperature 0, where it could change nothing.
 */
public final class TopP implements LogitsProcessorProvider {

  /** Found by the service loader. */
  public TopP() {}

  @Override
  public String name() {
    return "top-p";
  }

  @Override
  public int order() {
    return TRUNCATION + 10;
  }

  @Override
  public Optional<LogitsProcessor> create(SamplingOptions options) {
    double p = options.topP();
    return p == 1 || Greedy.isMeantBy(options)
        ? Optional.empty()
        : Optional.of(
            (candidates, history) -> {
              float largest = candidates.logit(candidates.argmax());
              candidates.keep(Softmax.reach(candidates, largest, p));
            });
  }
}
