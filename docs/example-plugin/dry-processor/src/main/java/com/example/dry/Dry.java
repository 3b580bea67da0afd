package com.example.dry;

import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Optional;

/** Found by the service loader; the processor is {@link RepetitionBreaker}. */
public final class Dry implements LogitsProcessorProvider {

  /** Found by the service loader. */
  public Dry() {}

  @Override
  public String name() {
    return "dry";
  }

  /** Behind the other penalties, before temperature and truncation. */
  @Override
  public int order() {
    return LOGITS + 50;
  }

  @Override
  public Optional<LogitsProcessor> create(SamplingOptions options) {
    DryOptions dry = DryOptions.of(options.extra());
    return dry.multiplier() == 0 ? Optional.empty() : Optional.of(new RepetitionBreaker(dry));
  }
}
