package dev.mobilellm.spi.device;

import java.util.List;
import java.util.Optional;

/**
 * A program on a device.
 *
 * <p>Sequences may be opened and closed by any thread; {@link #forward} is called by one thread at
 * a time.
 */
public interface CompiledProgram extends AutoCloseable {

  /**
   * A new, empty sequence.
   *
   * @param capacity the most positions that it will hold; memory grows with what it does hold
   * @throws dev.mobilellm.spi.ModelException if so much memory can never be there, saying how much
   *     is wanted
   * @throws DeviceException if the device fails, or has no more memory at present
   */
  Sequence openSequence(int capacity);

  /** Bytes of key/value cache that one position of a sequence takes. */
  long cacheBytesPerPosition();

  /**
   * One forward pass: appends the tokens of each entry to its sequence. May return before the
   * device is done; reading the result waits.
   *
   * @param batch at most {@code maxBatchTokens} tokens
   * @return what was wanted; valid until the next call, and then not touched
   * @throws IllegalArgumentException if a token is outside the vocabulary, a sequence would outgrow
   *     its capacity, is closed, stands twice in the batch or belongs to another program, or there
   *     are more tokens than {@code maxBatchTokens}; nothing has changed then
   * @throws DeviceException if the device fails, here or when the result is read. The program and
   *     its sequences can then only be closed, which must not fail; until they are, another call
   *     fails again
   */
  BatchResult forward(Batch batch);

  /**
   * A forward pass that tells how long each operation took; its result is dropped. Passes through
   * {@link #forward} are not slowed down by this.
   *
   * @return nanoseconds in the order of {@link #explain()}; empty, and then nothing was run, if the
   *     device cannot tell
   * @throws IllegalArgumentException as {@link #forward}
   */
  default Optional<long[]> profile(Batch batch) {
    return Optional.empty();
  }

  /**
   * What went to and from the device since this program was compiled, its weights included.
   *
   * @return empty if the device is no other than the host, or does not count
   */
  default Optional<Traffic> traffic() {
    return Optional.empty();
  }

  /** What runs each operation, in order, for reports and tests. */
  List<BoundOp> explain();

  /**
   * An operation and what runs it.
   *
   * @param op the kind of operation: {@code NormLinear}
   * @param kernel the device's name of its kernel: {@code linear bf16}
   * @param weights the names of the weights that it reads
   */
  record BoundOp(String op, String kernel, List<String> weights) {}

  @Override
  void close();
}
