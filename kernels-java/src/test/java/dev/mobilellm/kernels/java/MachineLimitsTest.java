package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.testkit.RandomWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the device measures itself and its kernels; how fast it is, is no matter of a test. */
class MachineLimitsTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void limitsAreThoseOfAnyMachine(int threads) {
    try (Arena arena = Arena.ofShared();
        ComputeDevice device = Devices.java(threads)) {
      List<MemorySegment> memory = List.of(arena.allocate(1 << 20), arena.allocate(12_345));
      DeviceLimits limits = device.measure(memory).orElseThrow();
      assertTrue(limits.readBytesPerSecond() > 1e6, limits.toString());
      assertTrue(limits.readBytesPerSecond() < 1e14, limits.toString());
      assertTrue(limits.flopsPerSecond() > 1e6, limits.toString());
      assertTrue(limits.flopsPerSecond() < 1e14, limits.toString());
    }
  }

  @Test
  void memoryWithoutAnAddressIsNotRead() {
    try (ComputeDevice device = Devices.java(2)) {
      MemorySegment heap = MemorySegment.ofArray(new byte[1 << 20]);
      assertEquals(Optional.empty(), device.measure(List.of(heap)));
      Arena arena = Arena.ofShared();
      MemorySegment closed = arena.allocate(1 << 20);
      arena.close();
      assertThrows(IllegalStateException.class, () -> device.measure(List.of(closed)));
    }
  }

  @Test
  void tooLittleMemoryTellsNothing() {
    try (ComputeDevice device = Devices.java(2)) {
      assertEquals(Optional.empty(), device.measure(List.of()));
      assertEquals(
          Optional.empty(), device.measure(List.of(Arena.ofAuto().allocate(2 * 4096 - 1))));
    }
  }

  @Test
  void aProfiledPassAppendsItsTokensAndTimesEachOperation() {
    RandomWeights weights = new RandomWeights(1);
    Dense floats = new Dense(DType.F32);
    Program program =
        Devices.product(
            weights.matrix("inputs", 9, 64, floats), weights.matrix("matrix", 80, 64, floats));
    try (ComputeDevice device = Devices.java(2);
        CompiledProgram compiled = device.compile(program, LoadProgress.NONE);
        Sequence sequence = compiled.openSequence(8)) {
      Batch batch = Batch.of(sequence, new int[] {1, 2, 3}, Wanted.LAST);
      long start = System.nanoTime();
      long[] nanos = compiled.profile(batch).orElseThrow();
      long whole = System.nanoTime() - start;
      assertEquals(compiled.explain().size(), nanos.length);
      assertTrue(Arrays.stream(nanos).allMatch(n -> n >= 0), Arrays.toString(nanos));
      assertTrue(Arrays.stream(nanos).sum() > 0 && Arrays.stream(nanos).sum() <= whole);
      assertEquals(3, sequence.position());
    }
  }
}
