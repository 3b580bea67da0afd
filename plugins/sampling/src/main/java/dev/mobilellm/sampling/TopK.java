package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Optional;

/**
 * Keeps the k largest logits, never more: among equals those with the lowest ids. Not wanted at
 * temperature 0, where it could change nothing.
 */
public final class TopK implements LogitsProcessorProvider {

  /** Found by the service loader. */
  public TopK() {}

  @Override
  public String name() {
    return "top-k";
  }

  @Override
  public int order() {
    return TRUNCATION;
  }

  @Override
  public Optional<LogitsProcessor> create(SamplingOptions options) {
    int k = options.topK();
    return k == 0 || Greedy.isMeantBy(options)
        ? Optional.empty()
        : Optional.of(
            (candidates, history) -> {
              candidates.selectTop(k);
              candidates.keep(Math.min(k, candidates.size()));
            });
  }
}
