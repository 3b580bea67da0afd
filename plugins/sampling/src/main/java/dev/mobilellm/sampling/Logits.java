package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.Candidates;

/** Changes of single logits. */
final class Logits {

  private Logits() {}

  /** Adds to the logit of a token, unless another processor dropped it. */
  static void add(Candidates candidates, int token, double amount) {
    int index = candidates.indexOf(token);
    if (index >= 0) {
      candidates.setLogit(index, (float) (candidates.logit(index) + amount));
    }
  }
}
