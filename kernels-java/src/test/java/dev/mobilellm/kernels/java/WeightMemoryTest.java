package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.RandomWeights;
import dev.mobilellm.testkit.Runs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Where weights may lie, and that not a byte behind them is read. */
@Tag("every-vector-width")
class WeightMemoryTest {

  private final ComputeDevice device = Devices.java(2);

  @AfterEach
  void closeDevice() {
    device.close();
  }

  static Stream<Arguments> shapes() {
    Stream<Arguments> dense =
        Arrays.stream(DType.values())
            .flatMap(
                type ->
                    IntStream.of(1, 5, 31, 32, 33, 64, 1537)
                        .mapToObj(columns -> Arguments.of(new Dense(type), columns)));
    Stream<Arguments> affine =
        IntStream.of(2, 3, 4, 5, 6, 8)
            .mapToObj(bits -> Arguments.of(new AffineGroups(bits, 32, DType.BF16), 96));
    return Stream.concat(dense, affine);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a mapped file cannot be cut off there")
  void nothingIsReadBehindTheWeights(
      WeightEncoding encoding, int columns, @TempDir Path directory) {
    RandomWeights random = new RandomWeights(columns);
    try (Arena arena = Arena.ofShared()) {
      GuardedMemory guarded = new GuardedMemory(directory, arena);
      for (int rows : new int[] {1, 7, 16, 19}) {
        WeightTensor inputs = random.matrix("inputs", rows, columns, new Dense(DType.F32));
        WeightTensor matrix = random.matrix("matrix", rows, columns, encoding);
        WeightTensor copy = guarded.copy(matrix);
        assertArrayEquals(logits(inputs, matrix, 1), logits(inputs, copy, 1), "one token");
        assertArrayEquals(logits(inputs, matrix, 5), logits(inputs, copy, 5), "tokens together");
        assertArrayEquals(
            logits(inputs, matrix, 5), logits(guarded.copy(inputs), matrix, 5), "embeddings");
      }
    }
  }

  /** Otherwise the test above could not fail. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a mapped file cannot be cut off there")
  void guardIsThere(@TempDir Path directory) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment guarded = new GuardedMemory(directory, arena).allocate(4);
      Native.getFloat(guarded.address());
      assertThrows(InternalError.class, () -> Native.getFloat(guarded.address() + 4));
    }
  }

  /** Weights on the heap have no address: they go through their decoder. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void weightsOnTheHeapAreDecoded(DType type) {
    RandomWeights random = new RandomWeights(1);
    WeightTensor inputs = random.matrix("inputs", 7, 50, new Dense(DType.F32));
    WeightTensor matrix = random.matrix("matrix", 9, 50, new Dense(type));
    byte[] bytes = matrix.parts().getFirst().toArray(ValueLayout.JAVA_BYTE);
    WeightTensor onHeap =
        new WeightTensor("matrix", 9, 50, matrix.encoding(), List.of(MemorySegment.ofArray(bytes)));
    double distance = Runs.distance(logits(inputs, matrix, 5), logits(inputs, onHeap, 5));
    assertTrue(distance < 1e-6, () -> "off by " + distance);
  }

  private float[][] logits(WeightTensor inputs, WeightTensor matrix, int step) {
    try (CompiledProgram product =
        device.compile(Devices.product(inputs, matrix), LoadProgress.NONE)) {
      return Runs.logits(product, Programs.tokens(11, inputs.rows(), 1), step);
    }
  }
}
