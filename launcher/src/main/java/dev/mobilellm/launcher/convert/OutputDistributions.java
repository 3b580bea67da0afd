package dev.mobilellm.launcher.convert;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What a model expects behind each token of a text: the logarithms of the probabilities of the
 * whole vocabulary. Rows may be filled and compared by several threads.
 */
final class OutputDistributions {

  private final int vocabularySize;
  private final MemorySegment logProbabilities;

  /**
   * Memory for so many rows.
   *
   * @param arena shared
   */
  OutputDistributions(int rows, int vocabularySize, Arena arena) {
    this.vocabularySize = vocabularySize;
    logProbabilities = arena.allocate(ValueLayout.JAVA_FLOAT, (long) rows * vocabularySize);
  }

  /**
   * Keeps a row.
   *
   * @param logits native-order floats, one per entry of the vocabulary
   */
  void set(int row, MemorySegment logits) {
    double normalizer = logSumExp(logits);
    long start = (long) row * vocabularySize;
    for (int i = 0; i < vocabularySize; i++) {
      float logit = logits.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
      logProbabilities.setAtIndex(ValueLayout.JAVA_FLOAT, start + i, (float) (logit - normalizer));
    }
  }

  /**
   * The KL divergence from a row of these, in nats: how much worse the other predicts what this one
   * expects. At least 0, but for rounding.
   *
   * @param logits of the other model
   */
  double divergence(int row, MemorySegment logits) {
    double normalizer = logSumExp(logits);
    long start = (long) row * vocabularySize;
    double sum = 0;
    for (int i = 0; i < vocabularySize; i++) {
      double own = logProbabilities.getAtIndex(ValueLayout.JAVA_FLOAT, start + i);
      double other = logits.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i) - normalizer;
      sum += Math.exp(own) * (own - other);
    }
    return sum;
  }

  private double logSumExp(MemorySegment logits) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < vocabularySize; i++) {
      max = Math.max(max, logits.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i));
    }
    double sum = 0;
    for (int i = 0; i < vocabularySize; i++) {
      sum += Math.exp(logits.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i) - max);
    }
    return max + Math.log(sum);
  }
}
