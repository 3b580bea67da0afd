package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.spi.sampling.TokenHistory;
import java.util.Optional;

/**
 * Divides positive logits by the penalty and multiplies the others by it, once for each token that
 * occurred at all, prompt included (Keskar et al. 2019, as Transformers has it). Above 1 such
 * tokens become less likely, below 1 likelier.
 */
public final class RepetitionPenalty implements LogitsProcessorProvider {

  /** Found by the service loader. */
  public RepetitionPenalty() {}

  @Override
  public String name() {
    return "repetition-penalty";
  }

  @Override
  public int order() {
    return LOGITS + 10;
  }

  @Override
  public Optional<LogitsProcessor> create(SamplingOptions options) {
    double penalty = options.repetitionPenalty();
    return penalty == 1
        ? Optional.empty()
        : Optional.of((candidates, history) -> penalise(candidates, history, penalty));
  }

  private static void penalise(Candidates candidates, TokenHistory history, double penalty) {
    for (int token : history.distinct()) {
      int index = candidates.indexOf(token);
      if (index >= 0) {
        float logit = candidates.logit(index);
        candidates.setLogit(index, (float) (logit > 0 ? logit / penalty : logit * penalty));
      }
    }
  }
}
