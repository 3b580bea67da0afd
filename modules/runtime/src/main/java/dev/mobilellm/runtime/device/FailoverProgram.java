package dev.mobilellm.runtime.device;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.device.Traffic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A program that goes on when its device fails: on another device, which is opened only then, with
 * the tokens of its sequences read again as they are needed. Callers notice a pause, and nothing
 * else.
 *
 * <p>What a failed device held is given back before the other one is opened. There is one other
 * device; if that fails too, the error says so.
 */
public final class FailoverProgram implements CompiledProgram {

  private final Optional<Supplier<PlacedProgram>> other;
  private final int maxBatchTokens;
  private final Consumer<String> notes;

  /** Guards what follows, and what sequences have on a device. Not held during forward passes. */
  private final Object lock = new Object();

  private final Set<FailoverSequence> open = new HashSet<>();
  private Optional<PlacedProgram> current;
  private Optional<DeviceException> failure = Optional.empty();
  private boolean closed;

  /**
   * @param first where the program is; closed with this
   * @param other opens the device that takes over; empty: a failure is the caller's
   * @param maxBatchTokens the most tokens of a batch, for reading again
   * @param notes told one line when the other device has taken over, by the thread that met the
   *     failure
   */
  public FailoverProgram(
      PlacedProgram first,
      Optional<Supplier<PlacedProgram>> other,
      int maxBatchTokens,
      Consumer<String> notes) {
    this.current = Optional.of(first);
    this.other = other;
    this.maxBatchTokens = maxBatchTokens;
    this.notes = notes;
  }

  /**
   * Where the program is at present.
   *
   * @throws DeviceException if its device failed and the other one cannot be opened
   */
  public PlacedProgram placement() {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the program is closed");
      }
      if (current.isEmpty()) {
        current = Optional.of(openOther(failure.orElseThrow()));
      }
      return current.get();
    }
  }

  /** A device that fails here fails again at the first token, which is where another takes over. */
  @Override
  public Sequence openSequence(int capacity) {
    FailoverSequence sequence = new FailoverSequence(this, capacity);
    synchronized (lock) {
      try {
        sequence.attach(placement().program());
      } catch (DeviceException e) {
        if (!canFailOver()) {
          throw e;
        }
      }
      open.add(sequence);
    }
    return sequence;
  }

  @Override
  public long cacheBytesPerPosition() {
    return placement().program().cacheBytesPerPosition();
  }

  @Override
  public BatchResult forward(Batch batch) {
    List<FailoverSequence> sequences = own(batch);
    List<Integer> starts = sequences.stream().map(FailoverSequence::position).toList();
    BatchResult result;
    try {
      result = attempt(batch, sequences);
    } catch (DeviceException e) {
      result = failOver(e, batch, sequences);
    }
    return new FailoverResult(result, cause -> again(cause, batch, sequences, starts));
  }

  /** For measuring: a failure is the caller's, since a time on another device is none on this. */
  @Override
  public Optional<long[]> profile(Batch batch) {
    List<FailoverSequence> sequences = own(batch);
    PlacedProgram placed = placement();
    Optional<long[]> nanos = placed.program().profile(onDevice(batch, sequences, placed));
    if (nanos.isPresent()) {
      append(batch, sequences);
    }
    return nanos;
  }

  /** Of the device that it is on. */
  @Override
  public Optional<Traffic> traffic() {
    return placement().program().traffic();
  }

  @Override
  public List<BoundOp> explain() {
    return placement().program().explain();
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      current.ifPresent(PlacedProgram::close);
    }
  }

  /** Does something that no failing over may come between. */
  void exclusively(Runnable action) {
    synchronized (lock) {
      action.run();
    }
  }

  /** A fork of a sequence, if the device offers it. */
  Optional<Sequence> fork(FailoverSequence sequence, int common) {
    synchronized (lock) {
      try {
        Optional<FailoverSequence> fork = sequence.forkOnDevice(common);
        fork.ifPresent(open::add);
        return fork.map(Sequence.class::cast);
      } catch (DeviceException _) {
        // A device that fails says so with the next pass, which is where another takes over.
        return Optional.empty();
      }
    }
  }

  void forget(FailoverSequence sequence) {
    open.remove(sequence);
  }

  private List<FailoverSequence> own(Batch batch) {
    List<FailoverSequence> sequences = new ArrayList<>();
    for (Batch.Entry entry : batch.entries()) {
      if (!(entry.sequence() instanceof FailoverSequence sequence) || !sequence.isOf(this)) {
        throw new IllegalArgumentException("a sequence of another program");
      }
      if (sequence.isClosed()) {
        throw new IllegalArgumentException("a closed sequence");
      }
      sequences.add(sequence);
    }
    return sequences;
  }

  /** Runs a batch where the program is. */
  private BatchResult attempt(Batch batch, List<FailoverSequence> sequences) {
    PlacedProgram placed = placement();
    BatchResult result = placed.program().forward(onDevice(batch, sequences, placed));
    append(batch, sequences);
    return result;
  }

  private Batch onDevice(Batch batch, List<FailoverSequence> sequences, PlacedProgram placed) {
    List<Batch.Entry> entries = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      Batch.Entry entry = batch.entries().get(i);
      entries.add(
          new Batch.Entry(
              attached(sequences.get(i), placed.program()), entry.tokens(), entry.wanted()));
    }
    return new Batch(entries, batch.output());
  }

  private Sequence attached(FailoverSequence sequence, CompiledProgram program) {
    synchronized (lock) {
      if (!sequence.isAttached()) {
        sequence.attach(program);
      }
    }
    return sequence.caughtUp(program, maxBatchTokens);
  }

  private static void append(Batch batch, List<FailoverSequence> sequences) {
    for (int i = 0; i < sequences.size(); i++) {
      sequences.get(i).append(batch.entries().get(i).tokens());
    }
  }

  /** Runs a batch on the other device. */
  private BatchResult failOver(
      DeviceException cause, Batch batch, List<FailoverSequence> sequences) {
    synchronized (lock) {
      if (!canFailOver()) {
        throw cause;
      }
      failure = Optional.of(cause);
      open.forEach(sequence -> abandon(sequence::detach));
      current.ifPresent(failed -> abandon(failed::close));
      current = Optional.empty();
    }
    PlacedProgram placed = placement();
    notes.accept(
        "%s The device \"%s\" goes on in its place.".formatted(cause.getMessage(), placed.id()));
    try {
      return attempt(batch, sequences);
    } catch (DeviceException | ModelException e) {
      throw bothFailed(cause, e);
    }
  }

  private boolean canFailOver() {
    return other.isPresent() && failure.isEmpty();
  }

  private PlacedProgram openOther(DeviceException cause) {
    try {
      return other.orElseThrow().get();
    } catch (DeviceException | ModelException e) {
      throw bothFailed(cause, e);
    }
  }

  private static DeviceException bothFailed(DeviceException cause, RuntimeException second) {
    DeviceException both =
        new DeviceException(
            "%s No other device can go on in its place: %s"
                .formatted(cause.getMessage(), second.getMessage()),
            cause);
    both.addSuppressed(second);
    return both;
  }

  /** A device that failed may fail to close, too, and was said to have failed already. */
  private static void abandon(Runnable close) {
    try {
      close.run();
    } catch (RuntimeException e) {
      // Whatever it is, the other device needs nothing of this one.
    }
  }

  /** The same batch from where it began; what was truncated since then stays so. */
  private BatchResult again(
      DeviceException cause, Batch batch, List<FailoverSequence> sequences, List<Integer> starts) {
    if (sequences.stream().anyMatch(FailoverSequence::isClosed)) {
      throw cause;
    }
    List<Integer> ends = sequences.stream().map(FailoverSequence::position).toList();
    for (int i = 0; i < sequences.size(); i++) {
      sequences.get(i).rewind(starts.get(i));
    }
    BatchResult result = failOver(cause, batch, sequences);
    for (int i = 0; i < sequences.size(); i++) {
      sequences.get(i).truncate(ends.get(i));
    }
    return result;
  }
}
