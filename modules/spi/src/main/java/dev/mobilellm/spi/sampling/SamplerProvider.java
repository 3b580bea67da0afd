package dev.mobilellm.spi.sampling;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.Plugin;

/** Makes a sampler for each request. A service. */
public interface SamplerProvider extends Plugin {

  /** Whether the options ask for this sampler. */
  Match matches(SamplingOptions options);

  /**
   * Whether this sampler always picks the largest logit. Then, and if no processor is wanted, only
   * one id per token leaves the device.
   */
  default boolean isArgmax() {
    return false;
  }

  Sampler create(SamplingOptions options);
}
