package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.CompiledProgram.BoundOp;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.testkit.RandomWeights;
import dev.mobilellm.testkit.Runs;
import dev.mobilellm.testkit.Twice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels from modules of other people, loaded as the launcher loads them. */
class ThirdPartyKernelsTest {

  @TempDir Path directory;

  @Test
  void compositeWithAKernelIsNotLowered() {
    ModuleLayer layer = counting("com.example.twice", 0, "Twice").load();
    assertEquals(List.of(6f, 6f), runTwice(), "lowered without the module");
    assertEquals(List.of(1f, 2f), runTwice(layer), "runs so far");
    assertEquals(List.of("embed f32", "select", "counting", "linear f32"), kernels(layer));
  }

  @Test
  void higherPriorityWins() {
    ModuleLayer layer = counting("com.example.better", 10, "Add").load();
    assertEquals(List.of(1f, 2f), runTwice(layer));
  }

  @Test
  void lowerPriorityLoses() {
    ModuleLayer layer = counting("com.example.worse", -1, "Add").load();
    assertEquals(List.of(6f, 6f), runTwice(layer));
    assertEquals(List.of("embed f32", "select", "add", "linear f32"), kernels(layer));
  }

  @Test
  void equalPriorityIsAnErrorThatNamesBoth() {
    ModuleLayer first = counting("com.example.first", 7, "Add").load();
    ModuleLayer second = counting("com.example.second", 7, "Add").load();
    ModelException tie = assertThrows(ModelException.class, () -> runTwice(first, second));
    for (String part :
        List.of(
            "com.example.first",
            "com.example.second",
            "Add",
            "7",
            directory.resolve("com.example.first").toString(),
            directory.resolve("com.example.second").toString())) {
      assertTrue(tie.getMessage().contains(part), tie::getMessage);
    }
    ModuleLayer zero = counting("com.example.zero", 0, "Add").load();
    ModelException builtIn = assertThrows(ModelException.class, () -> runTwice(zero));
    assertTrue(builtIn.getMessage().contains("\"built-in\""), builtIn::getMessage);
  }

  @Test
  void layerGivenTwiceIsNoTie() {
    ModuleLayer layer = counting("com.example.twofold", 10, "Add").load();
    assertEquals(List.of(1f, 2f), runTwice(layer, layer));
  }

  @Test
  void providerThatCannotBeMadeIsNamed() {
    ModuleLayer layer = ThirdPartyModule.broken(directory, "com.example.broken").load();
    long before = workers();
    ModelException refused = assertThrows(ModelException.class, () -> Devices.java(3, layer));
    for (String part : List.of("com.example.broken.Kernels", "no such processor")) {
      assertTrue(refused.getMessage().contains(part), refused::getMessage);
    }
    assertTrue(refused.getMessage().endsWith("."), refused::getMessage);
    assertEquals(before, workers(), "no thread was started");
  }

  @Test
  void withoutLayersKernelsBesideTheDeviceAreFound() throws ReflectiveOperationException {
    ThirdPartyModule module = counting("com.example.beside", 10, "Add");
    try (ComputeDevice device = Devices.open(module.loadBesideTheDevice(), 1, Map.of())) {
      assertEquals(List.of(1f, 2f), runTwice(device));
    }
  }

  private ThirdPartyModule counting(String name, int priority, String kind) {
    return ThirdPartyModule.counting(directory, name, priority, kind);
  }

  /** What a program of {@link Twice} makes of 3, two times. */
  private static List<Float> runTwice(ModuleLayer... layers) {
    try (ComputeDevice device = Devices.java(1, layers)) {
      return runTwice(device);
    }
  }

  private static List<Float> runTwice(ComputeDevice device) {
    try (CompiledProgram program = device.compile(program(), LoadProgress.NONE)) {
      return List.of(logits(program), logits(program));
    }
  }

  private static float logits(CompiledProgram program) {
    return Runs.logits(program, new int[] {0}, 1)[0][0];
  }

  private static List<String> kernels(ModuleLayer... layers) {
    try (ComputeDevice device = Devices.java(1, layers);
        CompiledProgram program = device.compile(program(), LoadProgress.NONE)) {
      return program.explain().stream().map(BoundOp::kernel).toList();
    }
  }

  private static Program program() {
    GraphBuilder graph = new GraphBuilder();
    Value wanted = graph.selectWanted(graph.embed(RandomWeights.of("three", 1, 3)));
    return graph.build(
        graph.linear(Twice.of(graph, wanted), RandomWeights.of("one", 1, 1), Optional.empty()));
  }

  private static long workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("mobilellm-worker-"))
        .count();
  }
}
