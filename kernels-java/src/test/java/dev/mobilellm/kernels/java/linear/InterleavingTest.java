package dev.mobilellm.kernels.java.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterleavingTest {

  private static final int ROWS = 70;
  private static final int COLUMNS = 3 * FloatBlock.STEP;
  private static final int GRAIN = 16;
  private static final int ENOUGH_PASSES = 10;

  @Test
  void everyWeightStaysWhereItIsLookedFor() {
    try (Arena arena = Arena.ofShared()) {
      Interleaving rows = interleaving(arena, arena);
      assertWeights(rows);
      assertFalse(rows.has(0), "nothing happens while a model is loaded");
      for (int pass = 0; pass < ENOUGH_PASSES; pass++) {
        rows.advance(0, ROWS);
        assertWeights(rows);
      }
      assertTrue(rows.has(0));
      assertTrue(rows.has(67));
      assertFalse(rows.has(68), "there are no four behind it");
      assertEquals(68, rows.sameOrder(5, ROWS));
      assertEquals(40, rows.sameOrder(5, 40));
      assertEquals(ROWS, rows.sameOrder(68, ROWS));
    }
  }

  @Test
  void manyTokensBringRowsNearerToTheirTurnAndNoFurther() {
    try (Arena arena = Arena.ofShared()) {
      Interleaving rows = interleaving(arena, arena);
      for (int pass = 0; pass < ENOUGH_PASSES; pass++) {
        rows.approach(0, ROWS);
      }
      assertFalse(rows.has(0));
      rows.advance(0, ROWS);
      assertTrue(rows.has(0));
      assertTrue(rows.has(67));
      assertWeights(rows);
    }
  }

  @Test
  void withoutMemoryRowsStayAsTheyAre() {
    try (Arena arena = Arena.ofShared()) {
      FullArena full = new FullArena(arena.scope());
      Interleaving rows = interleaving(arena, full);
      for (int pass = 0; pass < ENOUGH_PASSES; pass++) {
        rows.advance(0, ROWS);
      }
      assertFalse(rows.has(0));
      assertEquals(ROWS, rows.sameOrder(0, ROWS));
      assertEquals(1, full.asked);
      assertWeights(rows);
    }
  }

  private static Interleaving interleaving(Arena weights, Arena arena) {
    MemorySegment memory = weights.allocate((long) ROWS * COLUMNS * Float.BYTES, 64);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
    }
    WeightTensor tensor =
        new WeightTensor("w", ROWS, COLUMNS, new Dense(DType.F32), List.of(memory));
    return new Interleaving(tensor, Float.BYTES, GRAIN, arena);
  }

  /** The first weight of each step, and the last. */
  private static void assertWeights(Interleaving rows) {
    int last = FloatBlock.STEP - 1;
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < COLUMNS; column += FloatBlock.STEP) {
        long address = rows.address(row, column);
        int weight = row * COLUMNS + column;
        assertEquals(weight, Native.getFloat(address));
        assertEquals(weight + last, Native.getFloat(address + last * (long) Float.BYTES));
      }
    }
  }

  private static final class FullArena implements Arena {

    private final MemorySegment.Scope scope;
    private int asked;

    FullArena(MemorySegment.Scope scope) {
      this.scope = scope;
    }

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      asked++;
      throw new OutOfMemoryError("full");
    }

    @Override
    public MemorySegment.Scope scope() {
      return scope;
    }

    @Override
    public void close() {}
  }
}
