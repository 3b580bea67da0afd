package dev.mobilellm.kernels.java.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.spi.graph.RotaryEmbedding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotaryTableTest {

  private static final RotaryEmbedding ROTARY = new RotaryEmbedding(16, 500_000);

  /** Up to the last position of the published models. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 256, 511, 512, 8191, 32_767})
  void rotatesAsInDouble(int position) {
    RotaryTable table = new RotaryTable(ROTARY);
    table.ensure(1);
    table.ensure(position + 1);
    MemorySegment head = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, ROTARY.headDim());
    MemorySegment rotated = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, ROTARY.headDim());
    for (int i = 0; i < ROTARY.headDim(); i++) {
      head.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 - 0.3f * i);
    }
    table.rotate(head.address(), position, rotated.address());
    for (int pair = 0; pair < ROTARY.headDim() / 2; pair++) {
      double even = head.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * pair);
      double odd = head.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * pair + 1);
      double angle = position * Math.pow(500_000, -pair / 8.0);
      double cos = Math.cos(angle);
      double sin = Math.sin(angle);
      assertEquals(
          even * cos - odd * sin, rotated.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * pair), 1e-6);
      assertEquals(
          even * sin + odd * cos, rotated.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * pair + 1), 1e-6);
    }
    table.rotate(head.address(), position, head.address());
    assertEquals(-1, head.mismatch(rotated), "in place");
  }
}
