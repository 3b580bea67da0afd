package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** A program of primitives; interpreted anew for each batch. */
final class ReferenceProgram implements CompiledProgram {

  private final Program program;
  private final int maxBatchTokens;
  private volatile boolean closed;

  /**
   * @param program without composites
   */
  ReferenceProgram(Program program, int maxBatchTokens) {
    this.program = program;
    this.maxBatchTokens = maxBatchTokens;
  }

  @Override
  public Sequence openSequence(int capacity) {
    requireOpen();
    if (capacity < 1) {
      throw new IllegalArgumentException("a sequence of capacity " + capacity);
    }
    return new ReferenceSequence(this, program.caches(), capacity);
  }

  /** Keys and values in double. */
  @Override
  public long cacheBytesPerPosition() {
    return program.caches().stream().mapToLong(cache -> 2L * cache.width() * Double.BYTES).sum();
  }

  @Override
  public BatchResult forward(Batch batch) {
    requireOpen();
    List<Row> rows = checked(batch);
    double[][] logits = ForwardPass.run(program, rows);
    rows.forEach(row -> row.sequence().advance(1));
    return new ReferenceResult(logits, batch.output());
  }

  @Override
  public List<BoundOp> explain() {
    return program.ops().stream()
        .map(
            op ->
                new BoundOp(
                    op.kind(), "reference", op.weights().stream().map(WeightTensor::name).toList()))
        .toList();
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the program is closed");
    }
  }

  /** The batch token by token; nothing has changed if it is refused. */
  private List<Row> checked(Batch batch) {
    if (batch.tokenCount() > maxBatchTokens) {
      throw new IllegalArgumentException(
          "a batch of %d tokens; at most %d were announced"
              .formatted(batch.tokenCount(), maxBatchTokens));
    }
    Set<Sequence> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Row> rows = new ArrayList<>();
    for (Batch.Entry entry : batch.entries()) {
      if (!seen.add(entry.sequence())) {
        throw new IllegalArgumentException("a sequence stands twice in the batch");
      }
      ReferenceSequence sequence = own(entry.sequence());
      int[] tokens = entry.tokens();
      if (tokens.length > sequence.capacity() - sequence.position()) {
        throw new IllegalArgumentException(
            "%d tokens after %d do not fit a capacity of %d"
                .formatted(tokens.length, sequence.position(), sequence.capacity()));
      }
      for (int t = 0; t < tokens.length; t++) {
        if (tokens[t] < 0 || tokens[t] >= program.vocabularySize()) {
          throw new IllegalArgumentException(
              "token %d is outside the vocabulary of %d"
                  .formatted(tokens[t], program.vocabularySize()));
        }
        boolean wanted = t >= tokens.length - entry.wantedRows();
        rows.add(new Row(sequence, sequence.position() + t, tokens[t], wanted));
      }
    }
    return rows;
  }

  private ReferenceSequence own(Sequence sequence) {
    if (!(sequence instanceof ReferenceSequence own) || own.program != this) {
      throw new IllegalArgumentException("a sequence of another program");
    }
    if (own.isClosed()) {
      throw new IllegalArgumentException("a closed sequence");
    }
    return own;
  }
}
