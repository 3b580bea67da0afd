package dev.mobilellm.kernels.java.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.kernels.java.cache.PanelLayout;
import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.CacheType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("every-vector-width")
class PanelsTest {

  private static final int ROWS = 5;

  private final Arena arena = Arena.ofAuto();

  /** Whole numbers below 128: every type holds them exactly. */
  @ParameterizedTest
  @EnumSource
  void fourRowsAreMultipliedAndAdded(CacheType type) {
    Panels panels = Panels.of(type);
    PanelLayout layout = panels.layout();
    float unit =
        panels.scaled() ? 1 / panels.scale(floats(type == CacheType.Q8 ? 127 : 32767), 1) : 1;
    int columns = layout.columns();
    Random random = new Random(1);
    MemorySegment panel = arena.allocate((long) ROWS * layout.rowBytes(), 64);
    float[][] numbers = new float[ROWS][columns];
    for (int n = 0; n < ROWS; n++) {
      for (int c = 0; c < columns; c++) {
        numbers[n][c] = random.nextInt(-127, 128);
        long row = panel.address() + (long) n * layout.rowBytes();
        panels.put(row + layout.offset(c), numbers[n][c] * unit);
      }
    }
    float[] factors = new float[4 * ROWS];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = random.nextInt(-9, 10);
    }
    long x = floats(factors);
    long stride = ROWS * (long) Float.BYTES;
    long sumsBytes = (columns + 3L) * Float.BYTES;
    long sums = arena.allocate(4 * sumsBytes, 64).address();
    for (int time = 1; time <= 2; time++) {
      panels.multiply(
          x, x + stride, x + 2 * stride, x + 3 * stride, ROWS, panel.address(), sums, sumsBytes);
      for (int row = 0; row < 4; row++) {
        for (int c = 0; c < columns; c++) {
          float expected = 0;
          for (int n = 0; n < ROWS; n++) {
            expected += time * factors[row * ROWS + n] * numbers[n][c] * unit;
          }
          float found = Native.getFloat(sums + row * sumsBytes + (long) c * Float.BYTES);
          assertEquals(expected, found, "row " + row + ", column " + c);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BF16, 1.00390625, 1", // half way, to even
    "BF16, 1.01171875, 1.015625", // half way, to even
    "BF16, 1.004, 1.0078125",
    "BF16, -1e-40, -9.18355E-41",
    "BF16, NaN, NaN",
    "BF16, Infinity, Infinity",
    "F16, 1e6, 65504",
    "F16, -Infinity, -65504",
    "F16, 1e-7, 1.1920929E-7",
    "F32, 1e-40, 1e-40"
  })
  void storedValuesAreRounded(CacheType type, float value, float expected) {
    assertEquals(expected, stored(type, value));
  }

  /** The error is at most half a step of the largest value. */
  @ParameterizedTest
  @CsvSource({"Q16, 32767", "Q8, 127"})
  void scalesFollowTheLargest(CacheType type, int steps) {
    Panels panels = Panels.of(type);
    for (float largest : new float[] {1e-20f, 0.3f, -7, 1e20f}) {
      float[] values = {largest / 3, largest, 0, -largest / 2};
      float scale = panels.scale(floats(values), values.length);
      for (float value : values) {
        double error = Math.abs(stored(type, value / scale) * scale - value);
        double half = Math.abs(largest) / steps / 2;
        assertTrue(error <= 1.01 * half, () -> "%g: %g, %g".formatted(largest, error, half));
      }
      assertEquals(largest, stored(type, largest / scale) * scale, Math.abs(largest) * 1e-6);
    }
  }

  @Test
  void nothingButZerosHasScaleZero() {
    for (CacheType type : new CacheType[] {CacheType.Q16, CacheType.Q8}) {
      assertEquals(0, Panels.of(type).scale(floats(0, -0f, 0), 3));
      assertTrue(Float.isNaN(Panels.of(type).scale(floats(1, Float.NaN), 2)));
    }
  }

  /** What a product makes of a stored value. */
  private float stored(CacheType type, float value) {
    Panels panels = Panels.of(type);
    MemorySegment panel = arena.allocate(panels.layout().rowBytes(), 64);
    panels.put(panel.address() + panels.layout().offset(1), value);
    long one = floats(1);
    long sumsBytes = (long) panels.layout().columns() * Float.BYTES;
    long sums = arena.allocate(4 * sumsBytes, 64).address();
    panels.multiply(one, one, one, one, 1, panel.address(), sums, sumsBytes);
    return Native.getFloat(sums + Float.BYTES);
  }

  private long floats(float... values) {
    MemorySegment memory = arena.allocate((long) values.length * Float.BYTES, 64);
    for (int i = 0; i < values.length; i++) {
      Native.putFloat(memory.address() + (long) i * Float.BYTES, values[i]);
    }
    return memory.address();
  }
}
