package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.RandomWeights;
import dev.mobilellm.testkit.Runs;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrices of about as many columns as are summed at a time, which is 1536. */
@Tag("every-vector-width")
class ColumnBlocksTest {

  /** One more than two panels, so that the last one has a single row. */
  private static final int ROWS = 33;

  private static final int INPUTS = 9;

  private final ComputeDevice device = Devices.java(2);
  private final ComputeDevice reference = Devices.reference();

  @AfterEach
  void closeDevices() {
    device.close();
    reference.close();
  }

  static Stream<Arguments> shapes() {
    Stream<Arguments> dense =
        Arrays.stream(DType.values())
            .flatMap(
                type ->
                    IntStream.of(1535, 1536, 1537, 3072, 3100)
                        .mapToObj(columns -> Arguments.of(new Dense(type), columns)));
    Stream<Arguments> affine =
        IntStream.of(1472, 1536, 1600, 3136)
            .mapToObj(columns -> Arguments.of(new AffineGroups(4, 64, DType.F16), columns));
    return Stream.concat(dense, affine);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void oneTokenGetsTheSameBitsAsMany(WeightEncoding encoding, int columns) {
    RandomWeights weights = new RandomWeights(columns);
    Program product =
        Devices.product(
            weights.matrix("inputs", INPUTS, columns, new Dense(DType.F32)),
            weights.matrix("matrix", ROWS, columns, encoding));
    int[] tokens = Programs.tokens(21, INPUTS, 1);
    try (CompiledProgram exact = reference.compile(product, LoadProgress.NONE);
        CompiledProgram tested = device.compile(product, LoadProgress.NONE)) {
      float[][] single = Runs.logits(tested, tokens, 1);
      double distance = Runs.distance(Runs.logits(exact, tokens, tokens.length), single);
      assertTrue(distance < 1e-6, () -> "off by " + distance);
      for (int step : new int[] {2, 4, 5, tokens.length}) {
        assertArrayEquals(single, Runs.logits(tested, tokens, step), "batches of " + step);
      }
    }
  }
}
