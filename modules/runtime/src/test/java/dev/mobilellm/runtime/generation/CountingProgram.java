package dev.mobilellm.runtime.generation;

import dev.mobilellm.runtime.device.CountedSequence;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.Sequence;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Says after each token the next id, and keeps a record of what it was given. */
final class CountingProgram implements CompiledProgram {

  static final int VOCABULARY = 257;

  final List<Integer> batchSizes = new ArrayList<>();
  final List<Integer> seen = new ArrayList<>();
  int failAt = -1;
  private final Arena arena = Arena.ofAuto();

  @Override
  public Sequence openSequence(int capacity) {
    return new CountedSequence(capacity, () -> {});
  }

  @Override
  public long cacheBytesPerPosition() {
    return 0;
  }

  @Override
  public BatchResult forward(Batch batch) {
    Batch.Entry entry = batch.entries().getFirst();
    CountedSequence sequence = (CountedSequence) entry.sequence();
    if (batchSizes.size() == failAt) {
      failAt = -1;
      throw new IllegalStateException("the device failed");
    }
    batchSizes.add(entry.tokens().length);
    while (seen.size() > sequence.position()) {
      seen.removeLast();
    }
    for (int token : entry.tokens()) {
      seen.add(token);
    }
    sequence.advance(entry.tokens().length);
    int next = (seen.getLast() + 1) % VOCABULARY;
    return new BatchResult() {
      @Override
      public int rows() {
        return batch.wantedRows();
      }

      @Override
      public MemorySegment logits(int row) {
        MemorySegment logits = arena.allocate(ValueLayout.JAVA_FLOAT, VOCABULARY);
        logits.setAtIndex(ValueLayout.JAVA_FLOAT, next, 10);
        return logits;
      }

      @Override
      public int argmax(int row) {
        return next;
      }
    };
  }

  @Override
  public List<BoundOp> explain() {
    return List.of();
  }

  @Override
  public void close() {}
}
