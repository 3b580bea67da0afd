package com.example.dry;

import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.testkit.LogitsProcessorContract;
import java.util.Map;

/** What every logits processor must do. */
class DryContractTest extends LogitsProcessorContract {

  @Override
  protected LogitsProcessorProvider provider() {
    return new Dry();
  }

  @Override
  protected SamplingOptions wanted() {
    return DryTest.options(Map.of("dry-multiplier", "0.8", "dry-allowed-length", "1"));
  }
}
