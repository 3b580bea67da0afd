package dev.mobilellm.spi.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DTypeTest {

  /** Ties to even, subnormals, the largest, and what lies beyond it. */
  @ParameterizedTest
  @CsvSource({
    "BF16, 0x1.01p0, 0x1.00p0",
    "BF16, 0x1.03p0, 0x1.04p0",
    "BF16, 0x1.010002p0, 0x1.02p0",
    "BF16, -0x1.03p0, -0x1.04p0",
    "BF16, -0.0, -0.0",
    "BF16, 0x1p-133, 0x1p-133",
    "BF16, 0x1.FFp127, Infinity",
    "BF16, Infinity, Infinity",
    "F16, 0x1.002p0, 0x1.000p0",
    "F16, 0x1.006p0, 0x1.008p0",
    "F16, 0x1p-24, 0x1p-24",
    "F16, 65504, 65504",
    "F16, 65520, Infinity",
    "F32, 0x1.000002p0, 0x1.000002p0"
  })
  void roundsToTheNearest(DType type, String value, String wanted) {
    assertEquals(Float.parseFloat(wanted), type.round(Float.parseFloat(value)));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSetIsRead(DType type) {
    MemorySegment memory = MemorySegment.ofArray(new byte[9]);
    type.set(memory, 1, -1.7f);
    assertEquals(type.round(-1.7f), type.get(memory, 1));
    assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> type.set(memory, 8, 1));
  }
}
