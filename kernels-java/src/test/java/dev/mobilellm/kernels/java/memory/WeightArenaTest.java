package dev.mobilellm.kernels.java.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class WeightArenaTest {

  private static final long MIB = 1 << 20;

  @Test
  void memoryIsZeroAlignedAndNobodyElses() {
    try (WeightArena arena = new WeightArena()) {
      List<MemorySegment> all = new ArrayList<>();
      for (long bytes : new long[] {5, 300_001, 3 * MIB, 80 * MIB, 1, 62 * MIB, 4 * MIB + 3}) {
        for (long alignment : new long[] {1, 64, 4096}) {
          MemorySegment memory = arena.allocate(bytes, alignment);
          assertEquals(bytes, memory.byteSize());
          assertEquals(0, memory.address() % alignment);
          assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 0));
          assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, bytes - 1));
          memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
          memory.set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) 1);
          all.add(memory);
        }
      }
      for (int i = 0; i < all.size(); i++) {
        for (int j = 0; j < i; j++) {
          assertTrue(all.get(i).asOverlappingSlice(all.get(j)).isEmpty(), i + " and " + j);
        }
      }
    }
  }

  @Test
  void severalThreadsMayAsk() {
    try (WeightArena arena = new WeightArena()) {
      long distinct =
          IntStream.range(0, 2000)
              .parallel()
              .mapToLong(_ -> arena.allocate(300_000, 64).address() / 300_000)
              .distinct()
              .count();
      assertEquals(2000, distinct);
    }
  }

  @Test
  void memoryEndsWithTheArena() {
    WeightArena arena = new WeightArena();
    MemorySegment small = arena.allocate(8, 1);
    MemorySegment large = arena.allocate(3 * MIB, 1);
    arena.close();
    assertThrows(IllegalStateException.class, () -> small.get(ValueLayout.JAVA_BYTE, 0));
    assertThrows(IllegalStateException.class, () -> large.get(ValueLayout.JAVA_BYTE, 0));
    assertThrows(IllegalStateException.class, () -> arena.allocate(8, 1));
    assertThrows(IllegalStateException.class, () -> arena.allocate(3 * MIB, 1));
  }

  @Test
  void moreThanThereIsIsAnError() {
    try (WeightArena arena = new WeightArena()) {
      assertThrows(OutOfMemoryError.class, () -> arena.allocate(1L << 60, 1));
      assertEquals(0, arena.allocate(3 * MIB, 1).get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  /** Closing gives it back to the system, and pages are large ones as long as it lives. */
  @Test
  @EnabledIf("hasLargePages")
  void pagesAreLarge() throws IOException {
    long before = largePages();
    try (WeightArena arena = new WeightArena()) {
      arena.allocate(40 * MIB, 64).fill((byte) 1);
      assertTrue(largePages() > before, "none were to be had");
    }
    assertFalse(largePages() >= before + 30 * MIB, "some are left");
  }

  static boolean hasLargePages() {
    return WeightArena.HAS_LARGE_PAGES;
  }

  private static long largePages() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
        .filter(line -> line.startsWith("AnonHugePages:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }
}
