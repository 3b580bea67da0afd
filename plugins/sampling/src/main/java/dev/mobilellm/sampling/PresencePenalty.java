package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Optional;

/**
 * {@code logit[t] - penalty} for each token that was generated, however often; the prompt does not
 * count, as in vLLM. Below 0 such tokens become likelier.
 */
public final class PresencePenalty implements LogitsProcessorProvider {

  /** Found by the service loader. */
  public PresencePenalty() {}

  @Override
  public String name() {
    return "presence-penalty";
  }

  @Override
  public int order() {
    return LOGITS + 30;
  }

  @Override
  public Optional<LogitsProcessor> create(SamplingOptions options) {
    double penalty = options.presencePenalty();
    return penalty == 0
        ? Optional.empty()
        : Optional.of(
            (candidates, history) ->
                history
                    .generatedCounts()
                    .forEach((token, count) -> Logits.add(candidates, token, -penalty)));
  }
}
