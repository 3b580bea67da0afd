package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.RandomWeights;
import dev.mobilellm.testkit.Runs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every finite value of the 16-bit types becomes the float that it stands for, subnormals too. */
@Tag("every-vector-width")
class WideningTest {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * All values in a matrix, times unit vectors.
   *
   * @param columns so many that whole vectors hold them, or so few that none does
   * @param step one token at a time, or all together
   */
  @ParameterizedTest
  @CsvSource({"F16, 64, 1", "F16, 64, 64", "F16, 4, 1", "F16, 4, 4"})
  @CsvSource({"BF16, 64, 1", "BF16, 64, 64", "BF16, 4, 1", "BF16, 4, 4"})
  void everyFiniteValueIsExact(DType type, int columns, int step) {
    int rows = (1 << 16) / columns;
    MemorySegment data = Arena.ofAuto().allocate(1 << 17, 2);
    for (int i = 0; i < 1 << 16; i++) {
      data.set(SHORT, 2L * i, (short) i);
      if (!Float.isFinite(type.get(data, 2L * i))) {
        data.set(SHORT, 2L * i, (short) 0);
      }
    }
    WeightTensor matrix = new WeightTensor("all", rows, columns, new Dense(type), List.of(data));
    float[] units = new float[columns * columns];
    for (int i = 0; i < columns; i++) {
      units[i * columns + i] = 1;
    }
    try (ComputeDevice device = Devices.java(2);
        CompiledProgram product =
            device.compile(
                Devices.product(RandomWeights.of("units", columns, units), matrix),
                LoadProgress.NONE)) {
      float[][] logits = Runs.logits(product, IntStream.range(0, columns).toArray(), step);
      for (int i = 0; i < 1 << 16; i++) {
        // Adding zero makes the sum's zero of a negative one.
        float expected = type.get(data, 2L * i) + 0f;
        assertEquals(expected, logits[i % columns][i / columns], () -> type + " value");
      }
    }
  }
}
