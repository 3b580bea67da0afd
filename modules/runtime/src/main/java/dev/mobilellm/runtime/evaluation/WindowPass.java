package dev.mobilellm.runtime.evaluation;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.Sequence;
import java.lang.foreign.MemorySegment;

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

  /** A wanted row, valid until the next {@link #forward}. */
  MemorySegment row(int row) {
    return result.logits(row);
  }

  /** As {@link LogitRow#score}, of a wanted row. */
  Score score(int row, int window, int position, int token) {
    return logits.score(row(row), window, position, token);
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
