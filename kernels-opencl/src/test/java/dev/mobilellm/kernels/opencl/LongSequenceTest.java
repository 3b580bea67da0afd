package dev.mobilellm.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.testkit.ProgramSpec;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.Runs;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contexts of many pages: the cache grows, and spans are attended to side by side. */
class LongSequenceTest {

  private static final int LENGTH = 1300;

  @ParameterizedTest
  @ValueSource(ints = {0, 700})
  void decodingFarInEqualsTheReference(int chunk) {
    Program program = Programs.random(ProgramSpec.SMALL.withChunk(chunk), 1);
    int[] tokens = Programs.tokens(LENGTH, 101, 5);
    try (ComputeDevice device = Devices.limited(100, limits -> limits);
        ComputeDevice slow = Devices.reference(LENGTH);
        CompiledProgram tested = device.compile(program, LoadProgress.NONE);
        CompiledProgram reference = slow.compile(program, LoadProgress.NONE);
        Sequence sequence = tested.openSequence(LENGTH);
        Sequence other = tested.openSequence(LENGTH)) {
      float[][] expected = Runs.logits(reference, tokens, LENGTH);
      int start = LENGTH - 9;
      // Pages of two sequences alternate in the pool.
      for (int at = 0; at < start; at += 100) {
        int[] part = Arrays.copyOfRange(tokens, at, Math.min(start, at + 100));
        Runs.append(tested, other, part, 100);
        float[][] logits = Runs.append(tested, sequence, part, 100);
        assertClose(Arrays.copyOfRange(expected, at, at + part.length), logits);
      }
      int[] rest = Arrays.copyOfRange(tokens, start, LENGTH);
      float[][] last = Arrays.copyOfRange(expected, start, LENGTH);
      assertClose(last, Runs.append(tested, sequence, rest, 1));
      sequence.truncate(start);
      assertClose(last, Runs.append(tested, sequence, rest, 5));
    }
  }

  private static void assertClose(float[][] expected, float[][] actual) {
    double distance = Runs.distance(expected, actual);
    assertTrue(distance < 1e-4, () -> "off by " + distance);
  }
}
