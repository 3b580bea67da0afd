package dev.mobilellm.kernels.java.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class NativeRowsTest {

  @Test
  void growsAndNeverShrinks() {
    try (NativeRows rows = new NativeRows(3)) {
      rows.ensure(2);
      assertEquals(0, rows.address() % 64, "aligned to a cache line");
      long address = rows.address();
      assertEquals(address + 12, rows.row(1));
      rows.ensure(1);
      assertEquals(address, rows.address());
      rows.ensure(1000);
      Native.putFloat(rows.row(999) + 8, 7);
      assertEquals(7, Native.getFloat(rows.segment(999).address() + 8));
    }
  }

  /** What was freed to make room must not be written to when there was no room. */
  @Test
  void isUsableAfterMemoryRanOut() {
    try (NativeRows rows = new NativeRows(1 << 24)) {
      rows.ensure(1);
      assertThrows(OutOfMemoryError.class, () -> rows.ensure(1 << 30));
      assertEquals(0, rows.address(), "nothing is left");
      rows.ensure(1);
      Native.putFloat(rows.row(0), 7);
      assertEquals(7, rows.segment(0).get(ValueLayout.JAVA_FLOAT, 0));
    }
  }
}
