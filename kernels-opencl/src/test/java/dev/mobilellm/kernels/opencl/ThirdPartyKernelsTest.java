package dev.mobilellm.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.CompiledProgram.BoundOp;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.testkit.RandomWeights;
import dev.mobilellm.testkit.Runs;
import dev.mobilellm.testkit.Twice;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels from modules of other people, as data. */
class ThirdPartyKernelsTest {

  @TempDir Path directory;

  @BeforeEach
  void requireDevice() {
    Devices.first();
  }

  @Test
  void compositeWithAKernelIsNotLowered() {
    ModuleLayer layer = module("com.example.twice", 0, "Twice", "a + b + 10");
    assertEquals(6, run(), "lowered without the module");
    assertEquals(16, run(layer));
    assertEquals(List.of("embed f32", "com.example.twice", "select"), kernels(layer));
  }

  @Test
  void higherPriorityWins() {
    assertEquals(9, run(module("com.example.better", 10, "Add", "a * b")));
  }

  @Test
  void lowerPriorityLoses() {
    ModuleLayer layer = module("com.example.worse", -1, "Add", "a * b");
    assertEquals(6, run(layer));
    assertEquals(List.of("embed f32", "add", "select"), kernels(layer));
  }

  @Test
  void equalPriorityIsAnErrorThatNamesBoth() {
    ModuleLayer first = module("com.example.first", 7, "Add", "a");
    ModuleLayer second = module("com.example.second", 7, "Add", "b");
    ModelException tie = assertThrows(ModelException.class, () -> run(first, second));
    String remove =
        "remove %s or %s."
            .formatted(
                directory.resolve("com.example.first"), directory.resolve("com.example.second"));
    for (String part : List.of("com.example.first", "com.example.second", "Add", "7", remove)) {
      assertTrue(tie.getMessage().contains(part), tie::getMessage);
    }
    ModuleLayer zero = module("com.example.zero", 0, "Add", "a");
    ModelException builtIn = assertThrows(ModelException.class, () -> run(zero));
    for (String part :
        List.of("\"built-in\"", "remove " + directory.resolve("com.example.zero") + ".")) {
      assertTrue(builtIn.getMessage().contains(part), builtIn::getMessage);
    }
  }

  @Test
  void sourceThatCannotBeBuiltIsShownWithTheLog() {
    ModuleLayer layer = module("com.example.broken", 1, "Add", "no such thing");
    DeviceException refused = assertThrows(DeviceException.class, () -> run(layer));
    for (String part : List.of("opencl:0", "combine", "CL_BUILD_PROGRAM_FAILURE", "error")) {
      assertTrue(refused.getMessage().contains(part), refused::getMessage);
    }
  }

  @Test
  void launchThatFailsIsToldAndSpoilsTheProgram() {
    ModuleLayer layer =
        ThirdPartyModule.load(directory, "com.example.huge", 1, "Add", "a", 1 << 20);
    try (ComputeDevice device = Devices.open(Devices.options(8, layer));
        CompiledProgram program = device.compile(program(), LoadProgress.NONE);
        Sequence sequence = program.openSequence(8)) {
      Batch batch = Batch.of(sequence, new int[] {0}, Wanted.LAST);
      for (int i = 0; i < 2; i++) {
        DeviceException failed = assertThrows(DeviceException.class, () -> program.forward(batch));
        for (String part : List.of("opencl:0", "combine", "CL_INVALID_WORK")) {
          assertTrue(failed.getMessage().contains(part), failed::getMessage);
        }
        assertEquals(0, sequence.position());
      }
    }
  }

  private ModuleLayer module(String name, int priority, String kind, String formula) {
    return ThirdPartyModule.load(directory, name, priority, kind, formula, 32);
  }

  /** What a program of {@link Twice} makes of 3. */
  private static float run(ModuleLayer... layers) {
    try (ComputeDevice device = Devices.open(Devices.options(8, layers));
        CompiledProgram program = device.compile(program(), LoadProgress.NONE)) {
      return Runs.logits(program, new int[] {0}, 1)[0][0];
    }
  }

  private static List<String> kernels(ModuleLayer... layers) {
    try (ComputeDevice device = Devices.open(Devices.options(8, layers));
        CompiledProgram program = device.compile(program(), LoadProgress.NONE)) {
      return program.explain().stream().map(BoundOp::kernel).toList();
    }
  }

  private static Program program() {
    GraphBuilder graph = new GraphBuilder();
    Value three = graph.embed(RandomWeights.of("three", 1, 3));
    return graph.build(graph.selectWanted(Twice.of(graph, three)));
  }
}
