package dev.mobilellm.runtime.evaluation;

import dev.mobilellm.runtime.device.CountedSequence;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.Sequence;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Logits that depend on the last token and on how many came before it. The memory of a result
 * becomes NaN with the next pass, as a device may do.
 */
final class BigramProgram implements CompiledProgram {

  /** The logits behind a token. */
  interface Table {
    float[] logits(int token, int position);
  }

  /** What was asked for: {@code ALL 3}, {@code NONE 4}. */
  final List<String> passes = new ArrayList<>();

  final List<Integer> capacities = new ArrayList<>();
  int open;
  private final Table table;
  private final List<MemorySegment> handedOut = new ArrayList<>();

  BigramProgram(Table table) {
    this.table = table;
  }

  ScoredModel model(int maxBatchTokens) {
    return new ScoredModel(this, table.logits(0, 0).length, maxBatchTokens);
  }

  @Override
  public Sequence openSequence(int capacity) {
    open++;
    capacities.add(capacity);
    return new CountedSequence(capacity, () -> open--);
  }

  @Override
  public long cacheBytesPerPosition() {
    return 0;
  }

  @Override
  public BatchResult forward(Batch batch) {
    handedOut.forEach(row -> row.setAtIndex(ValueLayout.JAVA_FLOAT, 0, Float.NaN));
    handedOut.clear();
    Batch.Entry entry = batch.entries().getFirst();
    CountedSequence sequence = (CountedSequence) entry.sequence();
    int start = sequence.position();
    sequence.advance(entry.tokens().length);
    if (sequence.position() > sequence.capacity()) {
      throw new IllegalArgumentException("the sequence is full");
    }
    passes.add(entry.wanted() + " " + entry.tokens().length);
    return new BatchResult() {
      @Override
      public int rows() {
        return batch.wantedRows();
      }

      @Override
      public MemorySegment logits(int row) {
        if (entry.wanted() != Wanted.ALL) {
          throw new IllegalStateException("no rows were wanted");
        }
        float[] logits = table.logits(entry.tokens()[row], start + row);
        MemorySegment memory = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, logits.length);
        MemorySegment.copy(logits, 0, memory, ValueLayout.JAVA_FLOAT, 0, logits.length);
        handedOut.add(memory);
        return memory.asReadOnly();
      }

      @Override
      public int argmax(int row) {
        throw new UnsupportedOperationException();
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
