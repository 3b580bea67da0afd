package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.CacheMemory;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.KvCache;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.testkit.ProgramSpec;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.Runs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Types of key/value caches: what they cost in exactness and in memory, and how to choose one. */
class CacheTypeTest {

  static final List<String> LABELS = List.of("auto", "f32", "f16", "bf16", "q16", "q8");

  /** How far logits may be from those of an exact cache; they have a deviation of about one. */
  static double tolerance(String type) {
    return switch (type) {
      case "f32" -> 1e-4;
      case "auto", "q16" -> 1e-3;
      case "f16" -> 1e-2;
      case "bf16" -> 8e-2;
      case "q8" -> 0.3;
      default -> throw new IllegalArgumentException(type);
    };
  }

  static Stream<String> programs() {
    return Programs.awkward().keySet().stream();
  }

  @Tag("every-vector-width")
  @ParameterizedTest
  @MethodSource("programs")
  void logitsStayCloseToThoseOfFloats(String name) {
    Program program = Programs.random(Programs.awkward().get(name), 1);
    float[][] exact = logits(program, "f32");
    assertAll(
        LABELS.stream()
            .map(
                type ->
                    () -> {
                      double distance = Runs.distance(exact, logits(program, type));
                      assertTrue(distance < tolerance(type), () -> type + " off by " + distance);
                    }));
  }

  private static float[][] logits(Program program, String type) {
    int[] tokens = Programs.tokens(24, program.vocabularySize(), 2);
    try (ComputeDevice device = Devices.java(2, type);
        CompiledProgram compiled = device.compile(program, LoadProgress.NONE)) {
      return Runs.logits(compiled, tokens, tokens.length);
    }
  }

  /** A layer with the heads of MobileLLM-R1-950M: 768 values, and a scale for each 64 of them. */
  @ParameterizedTest
  @CsvSource({"f32, 3072", "f16, 1536", "bf16, 1536", "q16, 1584", "q8, 816", "auto, 1584"})
  void aPositionTakesWhatTheTypeSays(String type, int bytesPerLayer) {
    ProgramSpec spec = ProgramSpec.SMALL.withSizes(5, 8, 8).withHeads(24, 6, 64);
    try (ComputeDevice device = Devices.java(1, type);
        CompiledProgram program = device.compile(Programs.random(spec, 1), LoadProgress.NONE)) {
      long layers = spec.sizes().layers();
      assertEquals(layers * bytesPerLayer, program.cacheBytesPerPosition());
    }
  }

  /** In whole pages of 256, of which the first two are of another type where it is automatic. */
  @ParameterizedTest
  @CsvSource({
    "f32, 1, f32, 786432",
    "f32, 257, f32, 1572864",
    "q16, 1024, q16, 1622016",
    "auto, 512, f32/q16, 1572864",
    "auto, 513, f32/q16, 1978368",
    "auto, 32768, f32/q16, 52666368"
  })
  void whatACacheTakesIsToldBeforehand(String type, int positions, String told, long perLayer) {
    List<KvCache> caches = List.of(new KvCache(0, 6, 64), new KvCache(1, 6, 64));
    JavaDeviceProvider provider = new JavaDeviceProvider();
    DeviceOptions options = new DeviceOptions(1, 8, Devices.cache(type), List.of());
    assertEquals(
        Optional.of(new CacheMemory(told, 2 * perLayer)),
        provider.cacheMemory(provider.devices().devices().getFirst(), options, caches, positions));
  }

  @ParameterizedTest
  @CsvSource({"f32, f32", "bf16, bf16", "q8, q8", "auto, f32/q16"})
  void kernelsTellTheType(String type, String told) {
    assertEquals("attention %s cache".formatted(told), attention(Devices.cache(type)));
  }

  @Test
  void theDefaultIsAutomatic() {
    assertEquals("attention f32/q16 cache", attention(Map.of()));
  }

  private static String attention(Map<String, String> properties) {
    try (ComputeDevice device = Devices.open(new JavaDeviceProvider(), 1, properties);
        CompiledProgram program =
            device.compile(Programs.random(ProgramSpec.SMALL, 1), LoadProgress.NONE)) {
      return program.explain().stream()
          .map(CompiledProgram.BoundOp::kernel)
          .filter(kernel -> kernel.startsWith("attention"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void anUnknownTypeIsRefusedWithAllChoices() {
    Map<String, String> properties = Map.of("kv-cache", "q4");
    UsageException refused =
        assertThrows(
            UsageException.class,
            () -> Devices.open(new JavaDeviceProvider(), 1, properties).close());
    assertEquals(
        "The key/value cache can be auto, f32, f16, bf16, q16, q8, found \"q4\".",
        refused.getMessage());
  }
}
