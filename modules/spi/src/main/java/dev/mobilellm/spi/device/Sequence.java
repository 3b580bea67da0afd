package dev.mobilellm.spi.device;

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

  @Override
  void close();
}
