package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.kernels.java.spi.Pass.CachePages;
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
import dev.mobilellm.testkit.ProgramSpec;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.Runs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations that cross the borders of cache pages. */
@Tag("every-vector-width")
class LongSequenceTest {

  private static final int PAGE = CachePages.PAGE;
  private static final ProgramSpec TINY = ProgramSpec.SMALL.withSizes(31, 16, 8).withHeads(4, 2, 6);

  /** No chunks; shorter than a page, a page, a bit longer, two pages. */
  @ParameterizedTest
  @ValueSource(ints = {0, 100, PAGE, 300, 2 * PAGE})
  void positionsOnSeveralPagesAgreeWithTheReference(int chunk) {
    Program tiny = Programs.random(TINY.withChunk(chunk), 1);
    int[] tokens = tokens(700);
    try (ComputeDevice reference = Devices.reference();
        CompiledProgram exact = reference.compile(tiny, LoadProgress.NONE)) {
      float[][] expected = Runs.logits(exact, tokens, tokens.length);
      for (String type : CacheTypeTest.LABELS) {
        try (ComputeDevice device = Devices.java(2, type);
            CompiledProgram tested = device.compile(tiny, LoadProgress.NONE)) {
          float[][] single = Runs.logits(tested, tokens, 1);
          double distance = Runs.distance(expected, single);
          assertTrue(distance < CacheTypeTest.tolerance(type), () -> type + " off by " + distance);
          for (int step : new int[] {7, 48, 200, tokens.length}) {
            assertArrayEquals(
                single, Runs.logits(tested, tokens, step), type + ", batches of " + step);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "255, f32",
    "256, f16",
    "257, bf16",
    "472, q16",
    "255, q8",
    "472, q8",
    "255, auto",
    "511, auto"
  })
  void anotherContinuationOverwritesWhatWasTruncated(int position, String type) {
    int[] tokens = tokens(600);
    int[] other = tokens(1200);
    int[] mixed = Arrays.copyOf(tokens, tokens.length);
    System.arraycopy(other, 600, mixed, position, tokens.length - position);
    try (ComputeDevice device = Devices.java(2, type);
        CompiledProgram program =
            device.compile(Programs.random(TINY.withChunk(300), 1), LoadProgress.NONE);
        Sequence sequence = program.openSequence(tokens.length)) {
      Runs.append(program, sequence, tokens, 48);
      sequence.truncate(position);
      int[] rest = Arrays.copyOfRange(mixed, position, mixed.length);
      float[][] continued = Runs.append(program, sequence, rest, 48);
      float[][] straight = Runs.logits(program, mixed, 200);
      assertArrayEquals(Arrays.copyOfRange(straight, position, mixed.length), continued);
    }
  }

  /** Bit for bit; on both sides of a page's border. */
  @ParameterizedTest
  @CsvSource({"40, f32", "256, f32", "300, q8", "511, auto", "513, auto"})
  void forksAndTheirOriginEqualStraightRuns(int common, String type) {
    int[] tokens = tokens(600);
    int[] mixed = tokens(1200);
    System.arraycopy(tokens, 0, mixed, 0, common);
    int[] other = Arrays.copyOf(mixed, 600);
    try (ComputeDevice device = Devices.java(2, type);
        CompiledProgram program =
            device.compile(Programs.random(TINY.withChunk(300), 1), LoadProgress.NONE);
        Sequence trunk = program.openSequence(600)) {
      Runs.append(program, trunk, Arrays.copyOf(tokens, 550), 48);
      try (Sequence fork = trunk.fork(common).orElseThrow()) {
        float[][] onFork = Runs.append(program, fork, Arrays.copyOfRange(other, common, 600), 48);
        float[][] onTrunk = Runs.append(program, trunk, Arrays.copyOfRange(tokens, 550, 600), 48);
        float[][] straightFork = Runs.logits(program, other, 200);
        float[][] straightTrunk = Runs.logits(program, tokens, 200);
        assertArrayEquals(Arrays.copyOfRange(straightFork, common, 600), onFork);
        assertArrayEquals(Arrays.copyOfRange(straightTrunk, 550, 600), onTrunk);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "q8", "auto"})
  void sequencesOfDifferentLengthCrossPagesInOneBatch(String type) {
    int[] lengths = {3, PAGE - 7, PAGE, 2 * PAGE - 1, 600};
    int added = 10;
    try (ComputeDevice device = Devices.java(2, type);
        CompiledProgram program = device.compile(Programs.random(TINY, 1), LoadProgress.NONE)) {
      int[] tokens = tokens(620);
      List<Sequence> sequences = new ArrayList<>();
      List<Entry> entries = new ArrayList<>();
      for (int length : lengths) {
        Sequence sequence = program.openSequence(length + added);
        Runs.append(program, sequence, Arrays.copyOf(tokens, length), 200);
        sequences.add(sequence);
        int[] next = Arrays.copyOfRange(tokens, length, length + added);
        entries.add(new Entry(sequence, next, Wanted.ALL));
      }
      BatchResult result = program.forward(new Batch(entries, Output.LOGITS));
      float[][] together = new float[result.rows()][];
      Arrays.setAll(together, row -> Runs.copy(result, row));
      assertEquals(lengths.length * added, together.length);
      float[][] alone = Runs.logits(program, tokens, 1);
      for (int i = 0; i < lengths.length; i++) {
        assertArrayEquals(
            Arrays.copyOfRange(alone, lengths[i], lengths[i] + added),
            Arrays.copyOfRange(together, i * added, (i + 1) * added),
            "after " + lengths[i]);
      }
      sequences.forEach(Sequence::close);
    }
  }

  /** The first two pages are float32, the others 16-bit numbers. */
  @Test
  void theAutomaticCacheIsExactAtFirst() {
    Program tiny = Programs.random(TINY, 1);
    int[] tokens = tokens(700);
    float[][] exact = logits(tiny, "f32", tokens);
    float[][] found = logits(tiny, "auto", tokens);
    assertArrayEquals(Arrays.copyOf(exact, 2 * PAGE), Arrays.copyOf(found, 2 * PAGE));
    double later =
        Runs.distance(
            Arrays.copyOfRange(exact, 2 * PAGE, tokens.length),
            Arrays.copyOfRange(found, 2 * PAGE, tokens.length));
    assertTrue(later > 0 && later < CacheTypeTest.tolerance("auto"), () -> "off by " + later);
  }

  private static float[][] logits(Program program, String type, int[] tokens) {
    try (ComputeDevice device = Devices.java(2, type);
        CompiledProgram compiled = device.compile(program, LoadProgress.NONE)) {
      return Runs.logits(compiled, tokens, 200);
    }
  }

  private static int[] tokens(int count) {
    return Programs.tokens(count, TINY.sizes().vocabulary(), 5);
  }
}
