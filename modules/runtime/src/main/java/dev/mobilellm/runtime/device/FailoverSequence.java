package dev.mobilellm.runtime.device;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.Sequence;
import java.util.Arrays;
import java.util.Optional;

/**
 * The tokens of a sequence, and the sequence that holds them on a device, if one does at present.
 */
final class FailoverSequence implements Sequence {

  private final FailoverProgram program;
  private final int capacity;
  private int[] tokens = new int[0];
  private int position;
  private boolean closed;

  /** Guarded by the program. */
  private Optional<Sequence> held = Optional.empty();

  FailoverSequence(FailoverProgram program, int capacity) {
    this.program = program;
    this.capacity = capacity;
  }

  boolean isOf(FailoverProgram other) {
    return program == other;
  }

  boolean isClosed() {
    return closed;
  }

  boolean isAttached() {
    return held.isPresent();
  }

  /** Gets a place on a device; the tokens are not there yet. */
  void attach(CompiledProgram device) {
    held = Optional.of(device.openSequence(capacity));
  }

  /** Loses its place on a device. */
  void detach() {
    Optional<Sequence> lost = held;
    held = Optional.empty();
    lost.ifPresent(Sequence::close);
  }

  /** The sequence on the device, with all tokens that this one has. */
  Sequence caughtUp(CompiledProgram device, int maxBatchTokens) {
    Sequence sequence = held.orElseThrow();
    while (sequence.position() < position) {
      int from = sequence.position();
      int to = Math.min(position, from + maxBatchTokens);
      device.forward(Batch.of(sequence, Arrays.copyOfRange(tokens, from, to), Wanted.NONE));
    }
    return sequence;
  }

  /** Remembers what the device has read. */
  void append(int[] read) {
    int end = position + read.length;
    if (end > tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(end, Math.min(capacity, 2 * tokens.length)));
    }
    System.arraycopy(read, 0, tokens, position, read.length);
    position = end;
  }

  /** Back to a position whose tokens are still known, also forwards. */
  void rewind(int to) {
    position = to;
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void truncate(int to) {
    requireHeld(to);
    program.exclusively(
        () -> held.filter(there -> there.position() > to).ifPresent(there -> there.truncate(to)));
    position = to;
  }

  @Override
  public Optional<Sequence> fork(int common) {
    requireHeld(common);
    return program.fork(this, common);
  }

  /** A fork with a place on the same device; empty if the device does not offer it. */
  Optional<FailoverSequence> forkOnDevice(int common) {
    return held.filter(there -> there.position() >= common)
        .flatMap(there -> there.fork(common))
        .map(
            there -> {
              FailoverSequence fork = new FailoverSequence(program, capacity);
              fork.held = Optional.of(there);
              fork.append(Arrays.copyOf(tokens, common));
              return fork;
            });
  }

  @Override
  public void close() {
    closed = true;
    program.exclusively(
        () -> {
          detach();
          program.forget(this);
        });
  }

  private void requireHeld(int count) {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    if (count < 0 || count > position) {
      throw new IllegalArgumentException(
          "a sequence of %d tokens cannot be cut at %d".formatted(position, count));
    }
  }
}
