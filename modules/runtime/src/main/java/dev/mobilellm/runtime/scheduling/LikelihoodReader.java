package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.sampling.Candidates;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

  /** How likely a token is by a wanted row of a result. */
  Likelihood read(BatchResult result, int row, int token) {
    MemorySegment logits = result.logits(row);
    candidates.fill(logits);
    double largest = candidates.logit(candidates.argmax());
    double sum = 0;
    for (int i = 0; i < candidates.size(); i++) {
      sum += Math.exp(candidates.logit(i) - largest);
    }
    double logSum = largest + Math.log(sum);
    double own = logits.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, token) - logSum;
    candidates.sortTop(alternatives);
    List<Likelihood.Alternative> top = new ArrayList<>();
    for (int i = 0; i < alternatives; i++) {
      top.add(new Likelihood.Alternative(candidates.id(i), candidates.logit(i) - logSum));
    }
    return new Likelihood(token, own, top);
  }
}
