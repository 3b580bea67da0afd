package dev.mobilellm.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.testkit.ProgramSpec;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.Runs;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel at small sizes on Oclgrind, which simulates a device and watches each access to
 * memory. What it finds is in its log, which {@code .ci/run} looks at; elsewhere these tests are
 * skipped.
 */
class SimulatorTest {

  private static final int PREFILL = 11;

  static Stream<ProgramSpec> specs() {
    ProgramSpec small = oneLayer(ProgramSpec.SMALL.withSizes(41, 32, 40).withHeads(4, 2, 8));
    return Stream.of(
        small,
        small.withPrimitives(),
        small.withSizes(23, 13, 9).withWeights(new Dense(DType.F16), DType.F16, true),
        small.withWeights(new Dense(DType.BF16), DType.BF16, false).withTemper(4, 0.3).withChunk(5),
        small
            .withSizes(23, 32, 32)
            .withWeights(new AffineGroups(4, 32, DType.BF16), DType.F32, false),
        small
            .withSizes(23, 32, 32)
            .withWeights(new AffineGroups(5, 32, DType.F16), DType.F32, false));
  }

  private static ProgramSpec oneLayer(ProgramSpec spec) {
    return new ProgramSpec(
        new ProgramSpec.Sizes(
            spec.sizes().vocabulary(), spec.sizes().hidden(), spec.sizes().mlp(), 1),
        spec.attention(),
        spec.placing(),
        spec.weights(),
        spec.activation(),
        spec.composites());
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aBlockOfPrefillAndAStepOfDecoding(ProgramSpec spec) {
    Assumptions.assumeTrue(
        "Oclgrind".equals(Devices.first().facts().get("platform")), "needs Oclgrind");
    Program program = Programs.random(spec, 1);
    int[] tokens = Programs.tokens(PREFILL + 1, program.vocabularySize(), 2);
    try (ComputeDevice device = Devices.open(Devices.options(PREFILL));
        ComputeDevice slow = Devices.reference(PREFILL + 1);
        CompiledProgram tested = device.compile(program, LoadProgress.NONE);
        CompiledProgram reference = slow.compile(program, LoadProgress.NONE);
        Sequence sequence = tested.openSequence(PREFILL + 1)) {
      float[][] expected = Runs.logits(reference, tokens, tokens.length);
      float[][] actual = Runs.append(tested, sequence, tokens, PREFILL);
      assertTrue(Runs.distance(expected, actual) < 1e-4);
      sequence.truncate(PREFILL);
      Entry entry = new Entry(sequence, new int[] {tokens[PREFILL]}, Wanted.LAST);
      int id = tested.forward(new Batch(List.of(entry), Output.ARGMAX)).argmax(0);
      float[] last = expected[PREFILL];
      assertEquals(largest(last), last[id], 1e-4f);
    }
  }

  private static float largest(float[] values) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length - 1];
  }
}
