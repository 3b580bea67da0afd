package dev.mobilellm.runtime.evaluation;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.Sequence;

/** One model on its way through windows: a sequence, and the row that was read last. */
final class WindowPass implements AutoCloseable {

  private final ScoredModel model;
  private final Sequence sequence;
  private final LogitRow logits;
  private BatchResult result;

  /**
   * @param capacity the most tokens of a window
   */
  WindowPass(ScoredModel model, int capacity) {
    this.model = model;
    logits = new LogitRow(model.vocabularySize());
    sequence = model.program().openSequence(capacity);
  }

  /** The most tokens of one {@link #forward}. */
  int maxTokens() {
    return model.maxBatchTokens();
  }

  /** Starts a window. */
  void restart() {
    sequence.truncate(0);
  }

  void forward(int[] tokens, Wanted wanted) {
    result = model.program().forward(Batch.of(sequence, tokens, wanted));
  }

  /**
   * Reads a wanted row and scores the token behind it.
   *
   * @throws ModelException if the model gave no finite numbers
   */
  Score score(int row, int window, int position, int token) {
    if (!logits.read(result.logits(row))) {
      throw new ModelException(
          "The logits in front of token %d of window %d are not finite; \"mobilellm inspect --check-values\" tells whether the weights are."
              .formatted(position, window));
    }
    return new Score(window, position, token, logits.logProbability(token), logits.top());
  }

  /** The row that was scored last. */
  LogitRow logits() {
    return logits;
  }

  @Override
  public void close() {
    sequence.close();
  }
}
