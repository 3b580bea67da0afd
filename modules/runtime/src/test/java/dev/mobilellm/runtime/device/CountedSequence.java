package dev.mobilellm.runtime.device;

import dev.mobilellm.spi.device.Sequence;

/** A sequence that remembers how many tokens it holds, and nothing of them. */
public final class CountedSequence implements Sequence {

  private final int capacity;
  private final Runnable onClose;
  private int position;

  public CountedSequence(int capacity, Runnable onClose) {
    this.capacity = capacity;
    this.onClose = onClose;
  }

  /** Counts tokens that were read. */
  public void advance(int tokens) {
    position += tokens;
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
    position = to;
  }

  @Override
  public void close() {
    onClose.run();
  }
}
