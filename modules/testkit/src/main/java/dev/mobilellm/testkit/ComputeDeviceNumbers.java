package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a device computes: the numbers of the reference, however tokens are cut into batches. */
abstract class ComputeDeviceNumbers extends ComputeDeviceSetup {

  @TestFactory
  Stream<DynamicTest> everyProgramAgreesWithTheReference() {
    return Programs.awkward().entrySet().stream()
        .map(spec -> DynamicTest.dynamicTest(spec.getKey(), () -> agrees(spec.getValue())));
  }

  private void agrees(ProgramSpec spec) {
    Program program = Programs.random(spec, 1);
    int[] tokens = Programs.tokens(23, program.vocabularySize(), 2);
    double tolerance = tolerance(spec.weights().matrices());
    try (CompiledProgram exact = reference.compile(program, LoadProgress.NONE);
        CompiledProgram tested = device.compile(program, LoadProgress.NONE)) {
      float[][] expected = Runs.logits(exact, tokens, tokens.length);
      float[][] whole = Runs.logits(tested, tokens, tokens.length);
      assertAll(
          () -> assertClose(expected, whole, tolerance, "one batch against the reference"),
          () -> assertClose(whole, Runs.logits(tested, tokens, 1), drift(), "one token at a time"),
          () -> assertClose(whole, Runs.logits(tested, tokens, 7), drift(), "batches of 7"));
    }
  }

  @Test
  void compositesOfThirdPartiesAreLowered() {
    RandomWeights weights = new RandomWeights(3);
    WeightEncoding f32 = ProgramSpec.SMALL.weights().matrices();
    GraphBuilder graph = new GraphBuilder();
    WeightTensor table = weights.matrix("table", 11, 6, f32);
    Value fourfold = Twice.of(graph, graph.embed(table), 2);
    Value logits = graph.linear(graph.selectWanted(fourfold), table, Optional.empty());
    Program program = graph.build(logits);
    int[] tokens = {0, 10, 5};
    try (CompiledProgram exact = reference.compile(program, LoadProgress.NONE);
        CompiledProgram tested = device.compile(program, LoadProgress.NONE)) {
      assertClose(
          Runs.logits(exact, tokens, 3), Runs.logits(tested, tokens, 3), tolerance(f32), "lowered");
    }
  }

  @Test
  void batchOfSeveralSequencesEqualsSingleRuns() {
    try (CompiledProgram program = compile(ProgramSpec.SMALL.withChunk(6));
        Sequence first = program.openSequence(40);
        Sequence second = program.openSequence(40);
        Sequence third = program.openSequence(40)) {
      int[] a = tokens(13);
      int[] b = Arrays.copyOfRange(tokens(20), 13, 20);
      int[] c = {42};
      float[][] aloneA = Runs.logits(program, a, a.length);
      float[][] aloneB = Runs.logits(program, b, b.length);
      // The third one continues what the cache already holds.
      float[][] beforeC = Runs.append(program, third, tokens(9), 9);
      third.truncate(8);
      float[][] again = Runs.append(program, third, new int[] {tokens(9)[8]}, 1);
      assertClose(new float[][] {beforeC[8]}, again, drift(), "position 8 twice");

      BatchResult result =
          program.forward(
              new Batch(
                  List.of(
                      new Entry(first, a, Wanted.ALL),
                      new Entry(third, c, Wanted.NONE),
                      new Entry(second, b, Wanted.LAST)),
                  Output.LOGITS));

      assertEquals(a.length + 1, result.rows());
      float[][] rows = new float[result.rows()][];
      Arrays.setAll(rows, row -> Runs.copy(result, row));
      assertClose(aloneA, Arrays.copyOf(rows, a.length), drift(), "all rows of the first");
      assertClose(
          new float[][] {aloneB[b.length - 1]},
          new float[][] {rows[a.length]},
          drift(),
          "the last row of the second");
      assertEquals(
          List.of(13, 7, 10), List.of(first.position(), second.position(), third.position()));
    }
  }

  @Test
  void truncatedSequenceTakesAnotherContinuation() {
    try (CompiledProgram program = compile(ProgramSpec.SMALL.withChunk(4));
        Sequence sequence = program.openSequence(30)) {
      int[] tokens = tokens(20);
      int[] other = new int[20];
      Arrays.setAll(other, i -> i < 7 ? tokens[i] : (tokens[i] + 1) % 101);
      Runs.append(program, sequence, other, 20);
      sequence.truncate(7);
      assertEquals(7, sequence.position());
      float[][] continued = Runs.append(program, sequence, Arrays.copyOfRange(tokens, 7, 20), 5);
      float[][] straight = Runs.logits(program, tokens, 20);
      assertClose(Arrays.copyOfRange(straight, 7, 20), continued, drift(), "after truncating");
      sequence.truncate(0);
      assertClose(straight, Runs.append(program, sequence, tokens, 20), drift(), "from 0 again");
      assertThrows(IllegalArgumentException.class, () -> sequence.truncate(21));
      assertThrows(IllegalArgumentException.class, () -> sequence.truncate(-1));
    }
  }

  @Test
  void argmaxIsTheLowestIdAmongTheLargest() {
    float[] head = new float[37];
    head[5] = -2;
    head[11] = 3;
    head[12] = 3;
    head[36] = 3;
    GraphBuilder graph = new GraphBuilder();
    float[] ones = new float[37];
    Arrays.fill(ones, 1);
    Value embedded = graph.embed(RandomWeights.of("ones", 1, ones));
    Value wanted = graph.selectWanted(embedded);
    Program ties =
        graph.build(graph.linear(wanted, RandomWeights.of("head", 1, head), Optional.empty()));
    try (CompiledProgram program = device.compile(ties, LoadProgress.NONE);
        Sequence sequence = program.openSequence(8)) {
      Entry entry = new Entry(sequence, new int[] {1, 36}, Wanted.ALL);
      BatchResult ids = program.forward(new Batch(List.of(entry), Output.ARGMAX));
      assertEquals(List.of(2, 11, 11), List.of(ids.rows(), ids.argmax(0), ids.argmax(1)));
      assertThrows(IllegalStateException.class, () -> ids.logits(0));
      BatchResult logits = program.forward(new Batch(List.of(entry), Output.LOGITS));
      assertEquals(11, logits.argmax(1));
      assertTrue(logits.logits(1).isReadOnly(), "logits are read-only");
      assertEquals(4L * 37, logits.logits(1).byteSize());
    }
  }
}
