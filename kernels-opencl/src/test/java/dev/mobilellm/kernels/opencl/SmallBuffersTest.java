package dev.mobilellm.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.Limits;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.weights.WeightStore;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.ProgramSpec;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.RandomWeights;
import dev.mobilellm.testkit.Runs;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Devices whose buffers, groups or memory are smaller than a program would like. */
class SmallBuffersTest {

  private static final int TOKENS = 40;

  static Stream<WeightEncoding> encodings() {
    return Stream.of(new Dense(DType.F32), new AffineGroups(8, 32, DType.F16));
  }

  /** Of the table, the head, gate and up; and the logits of 40 rows. */
  @ParameterizedTest
  @MethodSource("encodings")
  void matricesAndLogitsInSeveralBuffersGiveTheSame(WeightEncoding encoding) {
    ProgramSpec spec =
        ProgramSpec.SMALL.withSizes(3001, 64, 992).withWeights(encoding, DType.F32, false);
    Program program = Programs.random(spec, 1);
    int[] tokens = Programs.tokens(TOKENS, 3001, 2);
    long largest = Math.max(100_000, 4L * TOKENS * 992);
    try (ComputeDevice whole = Devices.open(Devices.options(TOKENS));
        ComputeDevice cut =
            Devices.limited(TOKENS, limits -> limits.withLargestAllocation(largest));
        CompiledProgram expected = whole.compile(program, LoadProgress.NONE);
        CompiledProgram actual = cut.compile(program, LoadProgress.NONE)) {
      assertEquals(
          0,
          Runs.distance(Runs.logits(expected, tokens, TOKENS), Runs.logits(actual, tokens, TOKENS)),
          1e-5);
      assertEquals(
          0, Runs.distance(Runs.logits(expected, tokens, 1), Runs.logits(actual, tokens, 1)), 1e-6);
    }
  }

  @Test
  void groupsOf32GiveTheSame() {
    Program program = Programs.random(ProgramSpec.SMALL, 1);
    int[] tokens = Programs.tokens(TOKENS, 101, 2);
    try (ComputeDevice large = Devices.open(Devices.options(TOKENS));
        ComputeDevice small =
            Devices.limited(
                TOKENS,
                limits ->
                    new Limits(
                        limits.memory(),
                        limits.largestAllocation(),
                        32,
                        limits.localMemory(),
                        limits.computeUnits()));
        CompiledProgram expected = large.compile(program, LoadProgress.NONE);
        CompiledProgram actual = small.compile(program, LoadProgress.NONE)) {
      for (int step : new int[] {TOKENS, 3, 1}) {
        double distance =
            Runs.distance(Runs.logits(expected, tokens, step), Runs.logits(actual, tokens, step));
        assertTrue(distance < 1e-5, () -> "batches of " + step + ": " + distance);
      }
    }
  }

  @Test
  void tooLittleMemorySaysHowMuchIsMissing() {
    Program program = Programs.random(ProgramSpec.SMALL.withSizes(30000, 64, 96), 1);
    try (ComputeDevice device =
        Devices.limited(
            TOKENS,
            limits ->
                new Limits(
                    5 << 20,
                    limits.largestAllocation(),
                    256,
                    limits.localMemory(),
                    limits.computeUnits()))) {
      DeviceException refused =
          assertThrows(DeviceException.class, () -> device.compile(program, LoadProgress.NONE));
      // 30,000 logits of 40 rows are 5 MB, 512 positions of the cache less than 1.
      for (String part :
          List.of(
              "opencl:0",
              "has 5 MB",
              "takes 13 MB",
              "(weights 8 MB, activations 5 MB, first 512 positions of the key/value cache 1 MB)",
              "8 MB are missing")) {
        assertTrue(refused.getMessage().contains(part), refused::getMessage);
      }
      // What was there before it failed is free again.
      Program fits = Programs.random(ProgramSpec.SMALL, 1);
      device.compile(fits, LoadProgress.NONE).close();
    }
  }

  @Test
  void whatFailsMeanwhileSaysHowMuchWasPlaced() {
    RandomWeights random = new RandomWeights(1);
    WeightTensor first = random.matrix("first", 512, 1024, new Dense(DType.F32));
    WeightTensor second = random.matrix("second", 512, 1024, new Dense(DType.F32));
    Context context =
        Devices.context(
            Devices.first(),
            limits -> new Limits(3 << 20, limits.largestAllocation(), 256, 32 << 10, 1));
    try (context;
        Queue queue = context.newQueue(false);
        WeightStore store = new WeightStore(context, queue, LoadProgress.NONE, 4 << 20)) {
      store.matrix(first);
      DeviceException refused = assertThrows(DeviceException.class, () -> store.matrix(second));
      for (String part :
          List.of(
              "opencl:0",
              "2 MB were asked for beside 2 MB in use of 3 MB",
              "; 2 of 4 MB of weights were placed before.")) {
        assertTrue(refused.getMessage().contains(part), refused::getMessage);
      }
    }
  }

  @Test
  void cacheThatCanNeverFitIsRefused() {
    try (ComputeDevice device =
            Devices.limited(TOKENS, limits -> limits.withLargestAllocation(1 << 20));
        CompiledProgram program =
            device.compile(Programs.random(ProgramSpec.SMALL, 1), LoadProgress.NONE)) {
      ModelException refused =
          assertThrows(ModelException.class, () -> program.openSequence(1_000_000));
      assertTrue(refused.getMessage().contains("--context"), refused::getMessage);
      program.openSequence(1000).close();
    }
  }

  @Test
  void memoryIsFreeAgain() {
    var context = Devices.context(Devices.first(), limits -> limits);
    OpenClDevice device = new OpenClDevice(Devices.first(), context, Devices.options(TOKENS));
    CompiledProgram program =
        device.compile(Programs.random(ProgramSpec.SMALL, 1), LoadProgress.NONE);
    try (Sequence sequence = program.openSequence(500)) {
      Runs.append(program, sequence, Programs.tokens(200, 101, 1), 40);
    }
    assertTrue(context.allocated() > 0);
    program.close();
    assertEquals(0, context.allocated());
    device.close();
  }

  @Test
  void noProfileIsTheDeviceAsItIs() {
    Devices.open(
            new DeviceOptions(
                0, 40, Map.of(Profile.PROPERTY, "none", "kv-cache", "f32"), List.of()))
        .close();
  }

  @Test
  void otherTypesOfCacheAreRefused() {
    DeviceOptions options = new DeviceOptions(0, 40, Map.of("kv-cache", "q8"), List.of());
    UsageException refused = assertThrows(UsageException.class, () -> Devices.open(options));
    for (String part : List.of("\"q8\"", "f32", "--device java")) {
      assertTrue(refused.getMessage().contains(part), refused::getMessage);
    }
  }

  @Test
  void unknownProfileIsRefused() {
    DeviceOptions options = new DeviceOptions(0, 40, Map.of(Profile.PROPERTY, "banana"), List.of());
    UsageException refused = assertThrows(UsageException.class, () -> Devices.open(options));
    assertTrue(refused.getMessage().contains("none, apple or tiny"), refused::getMessage);
  }
}
