package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.sampling.Candidates;
import java.util.ArrayList;
import java.util.List;

/** Turns logits into the logarithms of probabilities. Not thread-safe. */
final class LikelihoodReader {

  private final Candidates candidates;
  private final int alternatives;

  /**
   * @param alternatives how many of the likeliest tokens are told
   */
  LikelihoodReader(int vocabularySize, int alternatives) {
    candidates = new Candidates(vocabularySize);
    this.alternatives = Math.min(alternatives, vocabularySize);
  }

  /** Takes over a wanted row of a result. */
  void read(BatchResult result, int row) {
    candidates.fill(result.logits(row));
  }

  /** How likely a token is by the row that was read last; once for each. */
  Likelihood of(int token) {
    double largest = candidates.logit(candidates.argmax());
    double sum = 0;
    for (int i = 0; i < candidates.size(); i++) {
      sum += Math.exp(candidates.logit(i) - largest);
    }
    double logSum = largest + Math.log(sum);
    double own = candidates.logit(token) - logSum;
    candidates.sortTop(alternatives);
    List<Likelihood.Alternative> top = new ArrayList<>();
    for (int i = 0; i < alternatives; i++) {
      top.add(new Likelihood.Alternative(candidates.id(i), candidates.logit(i) - logSum));
    }
    return new Likelihood(token, own, top);
  }
}
