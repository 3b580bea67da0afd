package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.reference.ReferenceDeviceProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every compute device must do. Extend it in a test class of the device's module.
 *
 * <p>Numbers are compared with the reference device over random programs ({@link
 * Programs#awkward}); {@link #tolerance} says how far they may be apart.
 */
public abstract class ComputeDeviceContract {

  private static final int MAX_BATCH_TOKENS = 40;

  private ComputeDevice device;
  private ComputeDevice reference;

  /** For subclasses. */
  protected ComputeDeviceContract() {}

  /** Opens the device under test. */
  protected abstract ComputeDevice open(DeviceOptions options);

  /**
   * The largest absolute difference from the exact logits that this device may show; the logits of
   * these programs have a standard deviation of about one. 1e-4 is generous for float32.
   *
   * @param encoding of the program's matrices
   */
  protected abstract double tolerance(WeightEncoding encoding);

  /** The largest difference between two ways of cutting the same tokens into batches. */
  protected double drift() {
    return 1e-5;
  }

  /** How the device is opened, apart from the most tokens of a batch. */
  protected DeviceOptions options() {
    return DeviceOptions.DEFAULT;
  }

  @BeforeEach
  void openDevices() {
    ReferenceDeviceProvider provider = new ReferenceDeviceProvider();
    DeviceOptions options =
        new DeviceOptions(
            options().threads(), MAX_BATCH_TOKENS, options().properties(), options().layers());
    reference = provider.open(provider.devices().devices().getFirst(), options);
    device = open(options);
  }

  @AfterEach
  void closeDevices() {
    device.close();
    reference.close();
  }

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
    Value fourfold = Quadruple.of(graph, graph.embed(table));
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
  void nothingWantedIsNoRows() {
    try (CompiledProgram program = compile(ProgramSpec.SMALL);
        Sequence sequence = program.openSequence(5)) {
      assertEquals(0, program.forward(Batch.of(sequence, tokens(5), Wanted.NONE)).rows());
      assertEquals(5, sequence.position());
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

  @Test
  void refusedBatchesChangeNothing() {
    try (CompiledProgram program = compile(ProgramSpec.SMALL);
        CompiledProgram other = compile(ProgramSpec.SMALL);
        Sequence sequence = program.openSequence(12);
        Sequence healthy = program.openSequence(60);
        Sequence roomy = program.openSequence(60);
        Sequence foreign = other.openSequence(12)) {
      Sequence closed = program.openSequence(3);
      closed.close();
      int[] tokens = tokens(12);
      Runs.append(program, sequence, Arrays.copyOf(tokens, 6), 6);
      Entry good = new Entry(healthy, tokens(3), Wanted.ALL);
      Map<String, Entry> bad =
          Map.of(
              "a negative token", new Entry(sequence, new int[] {1, -1}, Wanted.ALL),
              "a token past the vocabulary", new Entry(sequence, new int[] {1, 101}, Wanted.ALL),
              "too many tokens", new Entry(sequence, tokens(7), Wanted.ALL),
              "a closed sequence", new Entry(closed, tokens(1), Wanted.ALL),
              "a sequence of another program", new Entry(foreign, tokens(1), Wanted.ALL),
              "a sequence twice", new Entry(healthy, tokens(1), Wanted.ALL),
              "a batch larger than announced",
                  new Entry(roomy, tokens(MAX_BATCH_TOKENS), Wanted.ALL));
      bad.forEach(
          (what, entry) ->
              assertThrows(
                  IllegalArgumentException.class,
                  () -> program.forward(new Batch(List.of(good, entry), Output.LOGITS)),
                  what));
      assertEquals(
          List.of(6, 0, 0), List.of(sequence.position(), healthy.position(), roomy.position()));
      float[][] straight = Runs.logits(program, tokens, 12);
      float[][] rest = Runs.append(program, sequence, Arrays.copyOfRange(tokens, 6, 12), 6);
      assertClose(Arrays.copyOfRange(straight, 6, 12), rest, drift(), "after refusals");
    }
  }

  @Test
  void sequenceFillsItsCapacityExactly() {
    try (CompiledProgram program = compile(ProgramSpec.SMALL);
        Sequence sequence = program.openSequence(9)) {
      assertEquals(9, sequence.capacity());
      int[] tokens = tokens(9);
      assertClose(
          Runs.logits(program, tokens, 9),
          Runs.append(program, sequence, tokens, 2),
          drift(),
          "up to the capacity");
      assertThrows(
          IllegalArgumentException.class,
          () -> program.forward(Batch.of(sequence, new int[] {0}, Wanted.LAST)));
      assertTrue(program.cacheBytesPerPosition() > 0, "bytes per position");
    }
  }

  @Test
  void explainNamesEveryWeight() {
    Program program = Programs.random(ProgramSpec.SMALL, 1);
    try (CompiledProgram compiled = device.compile(program, LoadProgress.NONE)) {
      List<String> explained =
          compiled.explain().stream().flatMap(op -> op.weights().stream()).distinct().toList();
      List<String> recorded =
          program.ops().stream()
              .flatMap(op -> op.weights().stream().map(WeightTensor::name))
              .distinct()
              .toList();
      assertArrayEquals(
          recorded.stream().sorted().toArray(), explained.stream().sorted().toArray());
      compiled.explain().forEach(op -> assertTrue(!op.op().isBlank() && !op.kernel().isBlank()));
    }
  }

  @Test
  void aProfiledPassIsAPassLikeAnyOther() {
    int[] tokens = tokens(9);
    try (CompiledProgram program = compile(ProgramSpec.SMALL);
        Sequence sequence = program.openSequence(9)) {
      Batch start = Batch.of(sequence, Arrays.copyOf(tokens, 4), Wanted.LAST);
      Optional<long[]> nanos = program.profile(start);
      if (nanos.isEmpty()) {
        assertEquals(0, sequence.position(), "a device that cannot tell runs nothing");
        return;
      }
      assertEquals(program.explain().size(), nanos.get().length, "a time for each operation");
      float[][] rest = Runs.append(program, sequence, Arrays.copyOfRange(tokens, 4, 9), 5);
      float[][] expected = Arrays.copyOfRange(Runs.logits(program, tokens, 9), 4, 9);
      assertClose(expected, rest, drift(), "tokens behind a profiled pass");
    }
  }

  @Test
  void closingTheDeviceClosesItsPrograms() {
    CompiledProgram program = compile(ProgramSpec.SMALL);
    Sequence sequence = program.openSequence(3);
    device.close();
    device.close();
    RuntimeException refused =
        assertThrows(
            RuntimeException.class,
            () -> program.forward(Batch.of(sequence, new int[] {0}, Wanted.LAST)));
    assertTrue(
        refused instanceof IllegalStateException || refused instanceof IllegalArgumentException,
        refused::toString);
    sequence.close();
    program.close();
  }

  private CompiledProgram compile(ProgramSpec spec) {
    return device.compile(Programs.random(spec, 1), LoadProgress.NONE);
  }

  private static int[] tokens(int count) {
    return Programs.tokens(count, ProgramSpec.SMALL.sizes().vocabulary(), 4);
  }

  private static void assertClose(
      float[][] expected, float[][] actual, double tolerance, String what) {
    double distance = Runs.distance(expected, actual);
    assertTrue(distance <= tolerance, () -> what + ": " + distance + ", allowed " + tolerance);
  }
}
