package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.testkit.ProgramSpec;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.Runs;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same batch gives the same bits: with any number of threads, cold and warm. */
@Tag("every-vector-width")
class DeterminismTest {

  /** Enough for the compiler to replace the interpreter, twice. */
  private static final int RUNS = 200;

  static Stream<WeightEncoding> encodings() {
    return Stream.concat(
        Arrays.stream(DType.values()).map(Dense::new),
        Stream.of(new AffineGroups(4, 32, DType.BF16)));
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void bitsDependNeitherOnThreadsNorOnWarmth(WeightEncoding encoding) {
    ProgramSpec spec =
        ProgramSpec.SMALL.withSizes(67, 32, 64).withWeights(encoding, DType.F32, false);
    assertSameBits(Programs.random(spec, 3), "auto");
  }

  /** Five heads over one: tokens do not fill blocks of query rows evenly. */
  @ParameterizedTest
  @ValueSource(strings = {"f32", "f16", "bf16", "q16", "q8"})
  void bitsDependNeitherOnThreadsNorOnWarmth(String type) {
    assertSameBits(
        Programs.random(ProgramSpec.SMALL.withSizes(67, 32, 8).withHeads(5, 1, 24), 3), type);
  }

  private static void assertSameBits(Program program, String type) {
    int[] tokens = Programs.tokens(14, 67, 4);
    float[][] first = null;
    for (int threads : new int[] {1, 2, 3, 5}) {
      try (ComputeDevice device = Devices.java(threads, type);
          CompiledProgram compiled = device.compile(program, LoadProgress.NONE);
          Sequence longer = compiled.openSequence(16);
          Sequence shorter = compiled.openSequence(16)) {
        for (int run = 0; run < (threads == 2 ? RUNS : 3); run++) {
          float[][] logits = pass(compiled, longer, shorter, tokens);
          first = first == null ? logits : first;
          assertArrayEquals(first, logits, "%d threads, run %d".formatted(threads, run));
        }
      }
    }
  }

  /** Two prompts side by side, then one token. */
  private static float[][] pass(
      CompiledProgram program, Sequence longer, Sequence shorter, int[] tokens) {
    longer.truncate(0);
    shorter.truncate(0);
    Entry prompt = new Entry(longer, Arrays.copyOf(tokens, 11), Wanted.ALL);
    Entry other = new Entry(shorter, Arrays.copyOfRange(tokens, 11, 14), Wanted.LAST);
    BatchResult result = program.forward(new Batch(List.of(prompt, other), Output.LOGITS));
    float[][] logits = new float[13][];
    Arrays.setAll(logits, row -> row < 12 ? Runs.copy(result, row) : null);
    logits[12] = Runs.append(program, longer, new int[] {tokens[13]}, 1)[0];
    return logits;
  }
}
