package dev.mobilellm.kernels.opencl.pass;

import dev.mobilellm.spi.device.Sequence;
import java.util.Arrays;

/** A conversation: the pages of the pool that hold its keys and values. */
public final class PooledSequence implements Sequence {

  private final CachePool pool;
  private final int capacity;
  private int[] pages = {};
  private int position;
  private boolean closed;

  /**
   * An empty conversation.
   *
   * @throws dev.mobilellm.spi.ModelException if so many positions could never be there
   */
  public PooledSequence(CachePool pool, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("a sequence of capacity " + capacity);
    }
    pool.requirePossible(capacity);
    this.pool = pool;
    this.capacity = capacity;
  }

  boolean belongsTo(CachePool other) {
    return pool == other;
  }

  boolean isClosed() {
    return closed;
  }

  /** Makes room for positions below a bound. */
  void ensure(int bound) {
    int missing = CachePool.pagesFor(bound) - pages.length;
    if (missing > 0) {
      int[] taken = pool.take(missing);
      int before = pages.length;
      pages = Arrays.copyOf(pages, before + missing);
      System.arraycopy(taken, 0, pages, before, missing);
    }
  }

  int[] pages() {
    return pages;
  }

  void advance(int tokens) {
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
  public void truncate(int newPosition) {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    if (newPosition < 0 || newPosition > position) {
      throw new IllegalArgumentException(
          "cannot truncate a sequence of %d tokens to %d".formatted(position, newPosition));
    }
    position = newPosition;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      pool.giveBack(pages);
    }
  }
}
