package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Optional;

/**
 * Keeps the candidates that are at least p times as likely as the likeliest one (Nguyen et al.
 * 2024): {@code logit >= largest + ln(p)}, so that no probability has to be computed. Not wanted at
 * temperature 0, where it could change nothing.
 */
public final class MinP implements LogitsProcessorProvider {

  /** Found by the service loader. */
  public MinP() {}

  @Override
  public String name() {
    return "min-p";
  }

  @Override
  public int order() {
    return TRUNCATION + 20;
  }

  @Override
  public Optional<LogitsProcessor> create(SamplingOptions options) {
    double distance = Math.log(options.minP());
    return options.minP() == 0 || Greedy.isMeantBy(options)
        ? Optional.empty()
        : Optional.of(
            (candidates, history) -> {
              float largest = candidates.logit(candidates.argmax());
              candidates.keepAtLeast((float) (largest + distance));
            });
  }
}
