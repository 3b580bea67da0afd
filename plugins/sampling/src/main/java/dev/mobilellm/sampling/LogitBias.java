package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Optional;

/**
 * {@code logit[t] + bias[t]} for each token that has a bias; -infinity forbids it. Before the
 * penalties, as in Transformers, vLLM and llama.cpp.
 */
public final class LogitBias implements LogitsProcessorProvider {

  /** Found by the service loader. */
  public LogitBias() {}

  @Override
  public String name() {
    return "logit-bias";
  }

  @Override
  public int order() {
    return LOGITS;
  }

  @Override
  public Optional<LogitsProcessor> create(SamplingOptions options) {
    int[] tokens = options.logitBias().keySet().stream().mapToInt(token -> token).toArray();
    if (tokens.length == 0) {
      return Optional.empty();
    }
    float[] biases = new float[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      biases[i] = options.logitBias().get(tokens[i]);
    }
    return Optional.of(
        (candidates, history) -> {
          for (int i = 0; i < tokens.length; i++) {
            Logits.add(candidates, tokens[i], biases[i]);
          }
        });
  }
}
