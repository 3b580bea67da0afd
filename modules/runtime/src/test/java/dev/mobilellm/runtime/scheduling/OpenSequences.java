package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.Sequence;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Another program, which knows its open sequences, and fails at what it is told to. */
final class OpenSequences implements CompiledProgram {

  /** What may fail. */
  enum Call {
    NOTHING,
    OPEN,
    TRUNCATE,
    FORK,
    FORWARD
  }

  private final CompiledProgram program;
  private final Set<Sequence> open = ConcurrentHashMap.newKeySet();
  private volatile Call next = Call.NOTHING;

  OpenSequences(CompiledProgram program) {
    this.program = program;
  }

  /** How many sequences hold memory. */
  int count() {
    return open.size();
  }

  /** The next call of this kind fails. */
  void failAt(Call call) {
    next = call;
  }

  /** Whether the call that should fail has. */
  boolean hasFailed() {
    return next == Call.NOTHING;
  }

  @Override
  public Sequence openSequence(int capacity) {
    perhapsFail(Call.OPEN);
    return new Counted(program.openSequence(capacity));
  }

  @Override
  public long cacheBytesPerPosition() {
    return program.cacheBytesPerPosition();
  }

  @Override
  public BatchResult forward(Batch batch) {
    perhapsFail(Call.FORWARD);
    List<Batch.Entry> entries =
        batch.entries().stream()
            .map(
                entry ->
                    new Batch.Entry(
                        ((Counted) entry.sequence()).sequence, entry.tokens(), entry.wanted()))
            .toList();
    return program.forward(new Batch(entries, batch.output()));
  }

  @Override
  public List<BoundOp> explain() {
    return program.explain();
  }

  /** The program is another's. */
  @Override
  public void close() {}

  private void perhapsFail(Call call) {
    if (next == call) {
      next = Call.NOTHING;
      throw new DeviceException("%s failed".formatted(call));
    }
  }

  private final class Counted implements Sequence {

    private final Sequence sequence;

    Counted(Sequence sequence) {
      this.sequence = sequence;
      open.add(this);
    }

    @Override
    public int position() {
      return sequence.position();
    }

    @Override
    public int capacity() {
      return sequence.capacity();
    }

    @Override
    public void truncate(int position) {
      perhapsFail(Call.TRUNCATE);
      sequence.truncate(position);
    }

    @Override
    public Optional<Sequence> fork(int position) {
      perhapsFail(Call.FORK);
      return sequence.fork(position).map(Counted::new);
    }

    @Override
    public void close() {
      open.remove(this);
      sequence.close();
    }
  }
}
