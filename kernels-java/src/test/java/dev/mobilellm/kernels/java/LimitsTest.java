package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.testkit.ProgramSpec;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.Runs;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The smallest, the most, and too much. */
class LimitsTest {

  /** A position of its caches takes 16 MB: no machine holds two billion of them. */
  private static final ProgramSpec WIDE_CACHES =
      ProgramSpec.SMALL
          .withSizes(3, 1, 1)
          .withPlacing(new ProgramSpec.Placing(Optional.empty(), OptionalDouble.empty()))
          .withHeads(1, 1, 1 << 20);

  @Test
  void cacheLargerThanTheMachineIsRefusedWithBothSizes() {
    try (ComputeDevice device = Devices.java(1);
        CompiledProgram program =
            device.compile(Programs.random(WIDE_CACHES, 1), LoadProgress.NONE)) {
      long memory = device.info().memory();
      assertTrue(memory > 0, "the machine's memory is known");
      int tooMany = 256 * (1 + Math.toIntExact(memory / program.cacheBytesPerPosition() / 256));
      ModelException refused =
          assertThrows(ModelException.class, () -> program.openSequence(tooMany));
      String message = refused.getMessage();
      long wanted = tooMany * program.cacheBytesPerPosition();
      assertTrue(message.contains(tooMany + " positions"), message);
      assertTrue(message.contains("takes " + (wanted >> 20) + " MB"), message);
      assertTrue(message.contains("has " + (memory >> 20) + " MB"), message);
      assertTrue(message.contains("--context"), message);
      assertTrue(message.endsWith(".") && message.indexOf('\n') < 0, message);
      assertThrows(ModelException.class, () -> program.openSequence(Integer.MAX_VALUE));
      program.openSequence(tooMany - 256).close();
    }
  }

  @Test
  void capacityOfOneHoldsOneToken() {
    try (ComputeDevice device = Devices.java(2);
        CompiledProgram program =
            device.compile(Programs.random(ProgramSpec.SMALL, 1), LoadProgress.NONE);
        Sequence sequence = program.openSequence(1)) {
      int[] token = {42};
      float[][] logits = Runs.append(program, sequence, token, 1);
      assertEquals(1, sequence.position());
      assertThrows(
          IllegalArgumentException.class,
          () -> program.forward(Batch.of(sequence, token, Wanted.LAST)));
      sequence.truncate(0);
      assertArrayEquals(logits, Runs.append(program, sequence, token, 1));
      assertThrows(IllegalArgumentException.class, () -> program.openSequence(0));
    }
  }

  @Test
  void moreThreadsThanCoresOrRows() {
    Program program = Programs.random(ProgramSpec.SMALL.withSizes(67, 8, 5), 1);
    int[] tokens = Programs.tokens(12, 67, 2);
    float[][] alone;
    try (ComputeDevice device = Devices.java(1);
        CompiledProgram compiled = device.compile(program, LoadProgress.NONE)) {
      alone = Runs.logits(compiled, tokens, 12);
    }
    try (ComputeDevice device = Devices.java(64);
        CompiledProgram compiled = device.compile(program, LoadProgress.NONE)) {
      assertArrayEquals(alone, Runs.logits(compiled, tokens, 12));
      assertArrayEquals(alone, Runs.logits(compiled, tokens, 5));
    }
  }
}
