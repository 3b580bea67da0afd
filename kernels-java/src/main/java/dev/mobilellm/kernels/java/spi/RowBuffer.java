package dev.mobilellm.kernels.java.spi;

import java.lang.foreign.MemorySegment;

/** Native float32 rows; the memory grows with the rows of a pass. */
public interface RowBuffer {

  /** Floats per row; rows follow each other without padding. */
  int width();

  /**
   * Address of row 0, valid for the rows of the current pass. It may change between passes: ask
   * each time.
   */
  long address();

  /** Address of a row of the current pass. */
  default long row(int index) {
    return address() + (long) index * width() * Float.BYTES;
  }

  /**
   * The memory of a row of the current pass. With this a kernel needs no native access, and a wrong
   * index is an exception.
   */
  MemorySegment segment(int index);
}
