package dev.mobilellm.kernels.java.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory of a page, which sequences may share. Those that have it are counted, and the last one to
 * release it frees it. Safe for several threads, except that who has it writes alone.
 */
final class Page {

  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final AtomicInteger holders = new AtomicInteger(1);
  private final MemorySegment memory;

  private Page(long bytes) {
    memory = arena.allocate(bytes, ALIGNMENT);
  }

  /**
   * A page of zeros.
   *
   * @throws OutOfMemoryError if there is no memory for it
   */
  static Page allocate(long bytes) {
    return new Page(bytes);
  }

  long address() {
    return memory.address();
  }

  /** One more has it. */
  void share() {
    holders.incrementAndGet();
  }

  /** One less has it. */
  void release() {
    if (holders.decrementAndGet() == 0) {
      arena.close();
    }
  }

  /**
   * This page, if nobody else has it; otherwise a copy, for which this one is released.
   *
   * @throws OutOfMemoryError if there is no memory for it
   */
  Page own() {
    if (holders.get() == 1) {
      return this;
    }
    Page copy = new Page(memory.byteSize());
    copy.memory.copyFrom(memory);
    release();
    return copy;
  }
}
