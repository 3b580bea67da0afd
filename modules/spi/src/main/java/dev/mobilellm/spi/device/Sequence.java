package dev.mobilellm.spi.device;

import java.util.Optional;

/** One conversation on a device: it owns its key/value caches. Not safe for several threads. */
public interface Sequence extends AutoCloseable {

  /** How many tokens it holds: the position of the next one. */
  int position();

  /** The most tokens that it can hold. */
  int capacity();

  /**
   * Forgets the tokens from a position on, so that another continuation can be appended.
   *
   * @param position 0 to {@link #position()}
   */
  void truncate(int position);

  /**
   * Another sequence that begins like this one, without computing it again: both hold bit for bit
   * the same. From then on neither sees what the other appends or forgets; until then they may
   * share memory.
   *
   * @param position how many tokens they have in common, 0 to {@link #position()}
   * @return with the capacity of this one; empty if the device does not offer it
   */
  default Optional<Sequence> fork(int position) {
    return Optional.empty();
  }

  @Override
  void close();
}
