package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Optional;

/**
 * {@code logit[t] - penalty * count[t]}, where {@code count[t]} tells how often a token was
 * generated; the prompt does not count, as in vLLM. Below 0 repeated tokens become likelier.
 */
public final class FrequencyPenalty implements LogitsProcessorProvider {

  /** Found by the service loader. */
  public FrequencyPenalty() {}

  @Override
  public String name() {
    return "frequency-penalty";
  }

  @Override
  public int order() {
    return LOGITS + 20;
  }

  @Override
  public Optional<LogitsProcessor> create(SamplingOptions options) {
    double penalty = options.frequencyPenalty();
    return penalty == 0
        ? Optional.empty()
        : Optional.of(
            (candidates, history) ->
                history
                    .generatedCounts()
                    .forEach((token, count) -> Logits.add(candidates, token, -penalty * count)));
  }
}
