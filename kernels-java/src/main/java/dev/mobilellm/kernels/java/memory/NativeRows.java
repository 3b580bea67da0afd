package dev.mobilellm.kernels.java.memory;

import dev.mobilellm.kernels.java.spi.RowBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Rows of floats that grow with the largest pass; contents are lost when they grow. */
public final class NativeRows implements RowBuffer, AutoCloseable {

  /** A cache line, and the longest vector. */
  private static final long ALIGNMENT = 64;

  private final int width;
  private Arena arena = Arena.ofShared();
  private MemorySegment memory = MemorySegment.NULL;
  private int capacity;

  public NativeRows(int width) {
    this.width = width;
  }

  /** Makes room for so many rows. */
  public void ensure(int rows) {
    if (rows > capacity) {
      arena.close();
      arena = Arena.ofShared();
      memory = MemorySegment.NULL;
      capacity = 0;
      memory = arena.allocate(Math.multiplyExact((long) rows * width, Float.BYTES), ALIGNMENT);
      capacity = rows;
    }
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public long address() {
    return memory.address();
  }

  @Override
  public MemorySegment segment(int index) {
    long bytes = (long) width * Float.BYTES;
    return memory.asSlice(index * bytes, bytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
