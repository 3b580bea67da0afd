package dev.mobilellm.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.device.Traffic;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.ProgramSpec;
import dev.mobilellm.testkit.Programs;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a pass costs: launches, transfers, waits. */
class TrafficTest {

  private static final int VOCABULARY = ProgramSpec.SMALL.sizes().vocabulary();

  @Test
  void aDecodedTokenIsOneSmallTransferEachWay() {
    Traffic greedy = decode(2, Output.ARGMAX);
    assertEquals(1, greedy.writes());
    assertTrue(greedy.writtenBytes() < 200, greedy::toString);
    assertEquals(1, greedy.reads());
    assertEquals(Integer.BYTES, greedy.readBytes());
    Traffic sampled = decode(2, Output.LOGITS);
    assertEquals(1, sampled.writes());
    assertEquals(1, sampled.reads());
    assertEquals(4 * VOCABULARY, sampled.readBytes());
  }

  @Test
  void aLayerIsSixLaunches() {
    assertEquals(6, decode(3, Output.LOGITS).launches() - decode(2, Output.LOGITS).launches());
    assertEquals(12 + 3, decode(2, Output.LOGITS).launches(), "embedding, selection, head");
    assertEquals(12 + 3 + 2, decode(2, Output.ARGMAX).launches(), "and the largest logit");
  }

  @Test
  void nobodyWaitsBeforeTheResultIsRead() {
    ProgramSpec spec = ProgramSpec.SMALL;
    try (OpenClDevice device = Devices.limited(40, limits -> limits);
        OpenClProgram program =
            (OpenClProgram) device.compile(Programs.random(spec, 1), LoadProgress.NONE);
        Sequence sequence = program.openSequence(80)) {
      int[] tokens = Programs.tokens(40, VOCABULARY, 1);
      Traffic before = program.traffic().orElseThrow();
      program.forward(Batch.of(sequence, tokens, Wanted.NONE));
      BatchResult result = program.forward(Batch.of(sequence, new int[] {1}, Wanted.LAST));
      assertEquals(0, program.traffic().orElseThrow().since(before).waits());
      result.logits(0);
      assertTrue(program.traffic().orElseThrow().since(before).waits() <= 1, "once at most");
    }
  }

  @Test
  void weightsAreUploadedOnce() {
    var random = Programs.random(ProgramSpec.SMALL, 1);
    long stored =
        random.ops().stream()
            .flatMap(op -> op.weights().stream())
            .distinct()
            .mapToLong(WeightTensor::byteSize)
            .sum();
    try (OpenClDevice device = Devices.limited(40, limits -> limits);
        OpenClProgram program = (OpenClProgram) device.compile(random, LoadProgress.NONE)) {
      assertEquals(stored, program.traffic().orElseThrow().writtenBytes());
    }
  }

  @Test
  void aTimedPassTellsOfEachOperation() {
    try (OpenClDevice device = Devices.limited(40, limits -> limits);
        OpenClProgram program =
            (OpenClProgram)
                device.compile(Programs.random(ProgramSpec.SMALL, 1), LoadProgress.NONE);
        Sequence sequence = program.openSequence(40)) {
      long[] nanos =
          program
              .profile(Batch.of(sequence, Programs.tokens(20, VOCABULARY, 1), Wanted.ALL))
              .orElseThrow();
      for (int i = 0; i < nanos.length; i++) {
        assertTrue(nanos[i] > 0, program.explain().get(i)::toString);
      }
    }
  }

  @Test
  void theDeviceKnowsItsLimits() {
    try (OpenClDevice device = Devices.limited(40, limits -> limits)) {
      DeviceLimits limits = device.measure(List.of()).orElseThrow();
      assertTrue(limits.readBytesPerSecond() > 1e6, limits::toString);
      assertTrue(limits.flopsPerSecond() > 1e6, limits::toString);
    }
  }

  private static Traffic decode(int layers, Output output) {
    ProgramSpec spec = ProgramSpec.SMALL;
    ProgramSpec deep =
        new ProgramSpec(
            new ProgramSpec.Sizes(VOCABULARY, spec.sizes().hidden(), spec.sizes().mlp(), layers),
            spec.attention(),
            spec.placing(),
            spec.weights(),
            spec.activation(),
            true);
    try (OpenClDevice device = Devices.limited(40, limits -> limits);
        OpenClProgram program =
            (OpenClProgram) device.compile(Programs.random(deep, 1), LoadProgress.NONE);
        Sequence sequence = program.openSequence(40)) {
      program.forward(Batch.of(sequence, Programs.tokens(20, VOCABULARY, 1), Wanted.LAST));
      Traffic before = program.traffic().orElseThrow();
      Entry entry = new Entry(sequence, new int[] {7}, Wanted.LAST);
      program.forward(new Batch(List.of(entry), output)).argmax(0);
      return program.traffic().orElseThrow().since(before);
    }
  }
}
