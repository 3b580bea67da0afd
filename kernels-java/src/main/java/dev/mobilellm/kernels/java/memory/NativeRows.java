package dev.mobilellm.kernels.java.memory;

import dev.mobilellm.kernels.java.spi.RowBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Rows of floats that grow with the largest pass; contents are lost when they grow. */
public final class NativeRows implements RowBuffer {

  private static final long ALIGNMENT = 64;

  private final int width;
  private MemorySegment memory;
  private int capacity;

  public NativeRows(int width) {
    this.width = width;
  }

  /** Makes room for so many rows. */
  public void ensure(int rows) {
    if (rows > capacity) {
      long bytes = Math.multiplyExact((long) rows * width, Float.BYTES);
      memory = Arena.ofAuto().allocate(bytes, ALIGNMENT);
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

  /** Address of a row. */
  public long row(int index) {
    return memory.address() + (long) index * width * Float.BYTES;
  }

  /** The memory of a row. */
  public MemorySegment segment(int index) {
    long bytes = (long) width * Float.BYTES;
    return memory.asSlice(index * bytes, bytes);
  }
}
