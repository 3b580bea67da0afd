package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Optional;

/**
 * {@code logit / temperature}: below 1 what is likely becomes likelier. Not wanted at 0, where the
 * sampler is {@link Greedy}.
 */
public final class Temperature implements LogitsProcessorProvider {

  /** Found by the service loader. */
  public Temperature() {}

  @Override
  public String name() {
    return "temperature";
  }

  @Override
  public int order() {
    return TEMPERATURE;
  }

  @Override
  public Optional<LogitsProcessor> create(SamplingOptions options) {
    float factor = (float) (1 / options.temperature());
    return options.temperature() == 1 || Greedy.isMeantBy(options)
        ? Optional.empty()
        : Optional.of((candidates, history) -> candidates.scale(factor));
  }
}
