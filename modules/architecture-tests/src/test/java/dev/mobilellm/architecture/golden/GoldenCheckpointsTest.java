package dev.mobilellm.architecture.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.SafetensorsFile;
import dev.mobilellm.checkpoint.SafetensorsWriter;
import dev.mobilellm.checkpoint.SafetensorsWriter.Tensor;
import dev.mobilellm.checkpoint.StorageType;
import dev.mobilellm.kernels.opencl.OpenClDeviceProvider;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.WeightType;
import dev.mobilellm.runtime.generation.Conversation;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationListener;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.testkit.Fixtures;
import dev.mobilellm.testkit.Runs;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every variant of the family gives the reference's logits and tokens on every device. */
final class GoldenCheckpointsTest {

  private static final double TOLERANCE = 1e-4;
  private static final double DRIFT = 1e-5;
  private static final double OPENCL_TOLERANCE = 5e-4;
  private static final double OPENCL_DRIFT = 1e-4;

  @TempDir Path temporary;

  private record Setting(String checkpoint, String device, int threads) {
    @Override
    public String toString() {
      return checkpoint + " on " + device + ", threads: " + threads;
    }
  }

  @TestFactory
  Stream<DynamicTest> allCheckpoints() {
    return Fixtures.CHECKPOINTS.stream()
        .flatMap(
            name ->
                Stream.of(
                    new Setting(name, "reference", 1),
                    new Setting(name, "java", 1),
                    new Setting(name, "java", 2),
                    new Setting(name, "java", 3)))
        .map(setting -> DynamicTest.dynamicTest(setting.toString(), () -> check(setting)));
  }

  /** On whatever OpenCL runs here: order and rounding of its sums are the driver's. */
  @TestFactory
  Stream<DynamicTest> allCheckpointsThroughOpenCl() {
    DeviceListing listing = new OpenClDeviceProvider().devices();
    Assumptions.assumeFalse(
        listing.devices().isEmpty(), () -> "needs an OpenCL device: " + listing.reason());
    return Stream.of("none", "apple", "tiny")
        .flatMap(
            profile ->
                Fixtures.CHECKPOINTS.stream()
                    .map(
                        name ->
                            DynamicTest.dynamicTest(
                                name + ", profile: " + profile, () -> checkOpenCl(name, profile))));
  }

  private void checkOpenCl(String checkpoint, String profile) {
    Golden golden = Golden.of(checkpoint, temporary);
    Map<String, String> properties = new HashMap<>();
    properties.put(DeviceOptions.CACHE_DIR, temporary.resolve("cache").toString());
    if (!profile.equals("none")) {
      properties.put("opencl-profile", profile);
    }
    try (LanguageModel model = Assembly.load(golden.directory(), "opencl", 1, properties)) {
      check(golden, model, OPENCL_TOLERANCE, OPENCL_DRIFT);
    }
  }

  /** Activations of 8 bits beside weights of 4, in a network whose random weights damp nothing. */
  @Test
  void roundedActivationsStayClose() {
    Golden golden = Golden.of("mlx-4bit-g64", temporary);
    try (LanguageModel model = Assembly.load(golden.directory(), "java", 2, Map.of())) {
      float[][] logits = Runs.logits(model.compiled(), golden.ids(), 48);
      double deviation = deviation(golden.logits(), logits);
      assertTrue(deviation < 0.04, () -> "relative deviation " + deviation);
      assertTrue(deviation > 1e-5, "rounding was measured, not skipped");
    }
  }

  /** Widening loses nothing; quantizing to 8 bits loses little, and is what runs. */
  @Test
  void matricesAreHeldInAnotherType() {
    Golden golden = Golden.of("r1-bf16", temporary);
    LoadOptions java = LoadOptions.DEFAULT.withDevice("java");
    try (LanguageModel stored = Assembly.load(golden.directory(), java);
        LanguageModel wide =
            Assembly.load(golden.directory(), java.withWeightType(WeightType.F32));
        LanguageModel narrow =
            Assembly.load(golden.directory(), java.withWeightType(WeightType.Q8))) {
      float[][] expected = Runs.logits(stored.compiled(), golden.ids(), 48);
      float[][] widened = Runs.logits(wide.compiled(), golden.ids(), 48);
      assertClose(expected, widened, TOLERANCE, "float32");
      assertTrue(kernels(wide).contains("linear f32"), () -> kernels(wide));
      float[][] quantized = Runs.logits(narrow.compiled(), golden.ids(), 48);
      double deviation = deviation(expected, quantized);
      assertTrue(deviation < 0.06, () -> "8 bits: relative deviation " + deviation);
      assertTrue(kernels(narrow).contains("affine-8bit-g64-bf16"), () -> kernels(narrow));
    }
  }

  private static String kernels(LanguageModel model) {
    return model.compiled().explain().toString();
  }

  /** The root mean square of the differences, relative to that of the logits. */
  private static double deviation(float[][] expected, float[][] actual) {
    double difference = 0;
    double size = 0;
    for (int row = 0; row < expected.length; row++) {
      for (int i = 0; i < expected[row].length; i++) {
        difference += Math.pow(expected[row][i] - actual[row][i], 2);
        size += Math.pow(expected[row][i], 2);
      }
    }
    return Math.sqrt(difference / size);
  }

  @Test
  void zerosForAllRopeLayersWarn() {
    try (LanguageModel model = load("rope-all-off", "java")) {
      assertTrue(
          model.warnings().stream().anyMatch(warning -> warning.contains("no_rope_layers")),
          model.warnings()::toString);
    }
  }

  @Test
  void untiedHeadIsUsed() {
    try (LanguageModel model = load("f16-untied-bias-noqknorm", "java")) {
      assertEquals(false, model.assembly().tied());
    }
  }

  @Test
  void unexpectedTensorFails() {
    Path directory = Fixtures.checkpoint("r1-bf16", temporary);
    appendTensor(directory.resolve("model.safetensors"), "model.layers.0.self_attn.q_norm.weight");
    ModelException refused =
        assertThrows(ModelException.class, () -> Assembly.load(directory, "java", 1).close());
    assertTrue(refused.getMessage().contains("q_norm"), refused::getMessage);
  }

  private LanguageModel load(String checkpoint, String device) {
    return Assembly.load(Golden.of(checkpoint, temporary).directory(), device, 1);
  }

  /** Writes the file again with one tensor more. */
  private static void appendTensor(Path file, String name) {
    try (Arena arena = Arena.ofShared()) {
      SafetensorsFile before = SafetensorsFile.map(file, arena);
      List<Tensor> tensors = new ArrayList<>();
      before
          .tensors()
          .values()
          .forEach(t -> tensors.add(new Tensor(t.name(), t.type(), t.shape())));
      tensors.add(new Tensor(name, StorageType.BF16, List.of(16L)));
      try (SafetensorsWriter writer = SafetensorsWriter.create(file, tensors, Map.of())) {
        before.tensors().values().forEach(t -> writer.write(t.name(), t.data()));
        writer.write(name, arena.allocate(32));
        writer.commit();
      }
    }
  }

  private void check(Setting setting) {
    Golden golden = Golden.of(setting.checkpoint(), temporary);
    try (LanguageModel model =
        Assembly.load(golden.directory(), setting.device(), setting.threads())) {
      check(golden, model, TOLERANCE, DRIFT);
    }
  }

  private static void check(Golden golden, LanguageModel model, double tolerance, double drift) {
    int[] ids = golden.ids();
    float[][] whole = Runs.logits(model.compiled(), ids, 48);
    assertClose(golden.logits(), whole, tolerance, "the reference");
    for (int chunk : new int[] {1, 7}) {
      float[][] cut = Runs.logits(model.compiled(), ids, chunk);
      assertClose(whole, cut, drift, "chunks of " + chunk);
    }
    assertBatchEqualsSingleRuns(model, ids, drift);
    assertGreedy(model, golden);
  }

  private static void assertBatchEqualsSingleRuns(LanguageModel model, int[] ids, double drift) {
    int[] first = Arrays.copyOf(ids, 13);
    int[] second = Arrays.copyOfRange(ids, 13, 18);
    int[] third = Arrays.copyOfRange(ids, 18, 48);
    try (Sequence a = model.compiled().openSequence(64);
        Sequence b = model.compiled().openSequence(64);
        Sequence c = model.compiled().openSequence(64)) {
      BatchResult result =
          model
              .compiled()
              .forward(
                  new Batch(
                      List.of(
                          new Entry(a, first, Wanted.LAST),
                          new Entry(b, second, Wanted.ALL),
                          new Entry(c, third, Wanted.LAST)),
                      Output.LOGITS));
      float[][] together = new float[result.rows()][];
      Arrays.setAll(together, row -> Runs.copy(result, row));
      float[][] alone = Runs.logits(model.compiled(), first, 13);
      assertClose(last(alone), last(Arrays.copyOf(together, 1)), drift, "first of the batch");
      alone = Runs.logits(model.compiled(), second, 5);
      assertClose(alone, Arrays.copyOfRange(together, 1, 6), drift, "second of the batch");
      alone = Runs.logits(model.compiled(), third, 30);
      assertClose(last(alone), last(together), drift, "third of the batch");
    }
  }

  private static void assertGreedy(LanguageModel model, Golden golden) {
    // The reference goes on behind the end of the answer.
    GenerationOptions options =
        new GenerationOptions(
            SamplingOptions.GREEDY,
            Optional.empty(),
            golden.greedyTokens().length,
            List.of(),
            false,
            true);
    try (Conversation conversation = model.open(256)) {
      Generation answer =
          conversation.generate(
              new Prompt(golden.greedyPrompt()), options, GenerationListener.NONE);
      assertArrayEquals(golden.greedyTokens(), answer.tokens(), "greedy tokens");
    }
  }

  private static float[][] last(float[][] rows) {
    return new float[][] {rows[rows.length - 1]};
  }

  private static void assertClose(
      float[][] expected, float[][] actual, double tolerance, String what) {
    double distance = Runs.distance(expected, actual);
    assertTrue(
        distance <= tolerance, () -> "%s: %.3g, allowed %.3g".formatted(what, distance, tolerance));
  }
}
