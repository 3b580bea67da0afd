package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every compute device must do. Extend it in a test class of the device's module.
 *
 * <p>Numbers are compared with the reference device over random programs ({@link
 * Programs#awkward}); {@link #tolerance} says how far they may be apart.
 */
public abstract class ComputeDeviceContract extends ComputeDeviceNumbers {

  /** For subclasses. */
  protected ComputeDeviceContract() {}

  @Test
  void nothingWantedIsNoRows() {
    try (CompiledProgram program = compile(ProgramSpec.SMALL);
        Sequence sequence = program.openSequence(5)) {
      assertEquals(0, program.forward(Batch.of(sequence, tokens(5), Wanted.NONE)).rows());
      assertEquals(5, sequence.position());
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
  void forksGoOnByThemselves() {
    try (CompiledProgram program = compile(ProgramSpec.SMALL.withChunk(6));
        Sequence trunk = program.openSequence(30)) {
      int[] tokens = tokens(20);
      float[][] straight = Runs.logits(program, tokens, 20);
      Runs.append(program, trunk, Arrays.copyOf(tokens, 11), 11);
      Optional<Sequence> offered = trunk.fork(9);
      if (offered.isEmpty()) {
        assertEquals(11, trunk.position(), "a device that does not offer it changes nothing");
        return;
      }
      try (Sequence branch = offered.get();
          Sequence leaf = branch.fork(7).orElseThrow()) {
        assertEquals(
            List.of(11, 9, 7), List.of(trunk.position(), branch.position(), leaf.position()));
        assertEquals(30, branch.capacity());
        int[] other = tokens(30);
        Runs.append(program, leaf, Arrays.copyOfRange(other, 20, 30), 3);
        float[][] onBranch = Runs.append(program, branch, Arrays.copyOfRange(tokens, 9, 20), 4);
        trunk.truncate(8);
        float[][] onTrunk = Runs.append(program, trunk, Arrays.copyOfRange(tokens, 8, 20), 5);
        assertClose(Arrays.copyOfRange(straight, 9, 20), onBranch, drift(), "a fork");
        assertClose(Arrays.copyOfRange(straight, 8, 20), onTrunk, drift(), "what was forked");
        assertThrows(IllegalArgumentException.class, () -> branch.fork(21));
      }
    }
  }

  @Test
  void aForkOutlivesWhatItCameFrom() {
    try (CompiledProgram program = compile(ProgramSpec.SMALL)) {
      int[] tokens = tokens(12);
      float[][] straight = Runs.logits(program, tokens, 12);
      Optional<Sequence> offered;
      try (Sequence trunk = program.openSequence(12)) {
        Runs.append(program, trunk, Arrays.copyOf(tokens, 10), 10);
        offered = trunk.fork(10);
      }
      if (offered.isPresent()) {
        try (Sequence fork = offered.get()) {
          float[][] rest = Runs.append(program, fork, Arrays.copyOfRange(tokens, 10, 12), 1);
          assertClose(Arrays.copyOfRange(straight, 10, 12), rest, drift(), "a fork alone");
        }
      }
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
}
