package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU that fails: the application goes on without it and says so, unless it was named. */
final class FailingDeviceTest {

  private static final Map<String, String> BRITTLE =
      Map.of(
          "module-info.java",
          """
          module com.example.brittle {
            requires dev.mobilellm.spi;
            provides dev.mobilellm.spi.device.ComputeDeviceProvider with com.example.brittle.Brittle;
          }
          """,
          "com/example/brittle/Brittle.java",
          """
          package com.example.brittle;

          import dev.mobilellm.spi.device.*;
          import dev.mobilellm.spi.graph.Program;
          import java.util.List;

          public final class Brittle implements ComputeDeviceProvider {
            @Override public String name() { return "brittle"; }

            @Override public int priority() { return 1000; }

            @Override public DeviceListing devices() {
              return DeviceListing.of(
                  new DeviceInfo("brittle:0", "glass", DeviceInfo.Kind.GPU, 0, java.util.Map.of("driver", "7")));
            }

            @Override public DeviceCheck check(DeviceInfo info, DeviceOptions options) {
              return breaksAt("check", options)
                  ? DeviceCheck.failed("the kernel add is off by 1 with driver 7")
                  : DeviceCheck.passed("it shines");
            }

            @Override public ComputeDevice open(DeviceInfo info, DeviceOptions options) {
              return new ComputeDevice() {
                @Override public DeviceInfo info() { return info; }
                @Override public CompiledProgram compile(Program program, LoadProgress progress) {
                  if (breaksAt("load", options)) {
                    throw new DeviceException("The device \\"brittle:0\\" has 1 GB too little memory.");
                  }
                  return new Shards();
                }
                @Override public void close() {}
              };
            }

            private static boolean breaksAt(String point, DeviceOptions options) {
              return point.equals(options.properties().get("breaks-at"));
            }

            private static final class Shards implements CompiledProgram {
              @Override public Sequence openSequence(int capacity) {
                return new Sequence() {
                  @Override public int position() { return 0; }
                  @Override public int capacity() { return capacity; }
                  @Override public void truncate(int position) {}
                  @Override public void close() {}
                };
              }
              @Override public long cacheBytesPerPosition() { return 1; }
              @Override public BatchResult forward(Batch batch) {
                throw new DeviceException("The device \\"brittle:0\\" fell down.");
              }
              @Override public List<BoundOp> explain() { return List.of(); }
              @Override public void close() {}
            }
          }
          """);

  @TempDir Path temporary;
  private Path plugins;

  @BeforeEach
  void makePlugin() throws IOException {
    plugins = temporary.resolve("plugins");
    PluginJar.make(plugins.resolve("brittle.jar"), BRITTLE, temporary);
  }

  @Test
  void theAnswerGoesOnWithJava() {
    String expected = generate("--device", "java").assertQuiet().out();
    for (String device : List.of("auto", "brittle", "brittle:0")) {
      assertTold(
          expected,
          "The device \"brittle:0\" fell down. The device \"java\" goes on in its place.",
          generate("--device", device));
    }
  }

  @Test
  void aGpuThatCannotHoldTheModelIsPassedOver() {
    assertTold(
        generate("--device", "java").assertQuiet().out(),
        "The device \"brittle:0\" has 1 GB too little memory. Another device is used instead.",
        generate("--device-set", "breaks-at=load"));
  }

  @Test
  void aGpuThatIsWrongIsPassedOver() {
    assertTold(
        generate("--device", "java").assertQuiet().out(),
        "The device \"brittle:0\" is not used: the kernel add is off by 1 with driver 7.",
        generate("--device-set", "breaks-at=check"));
  }

  @Test
  void aNamedDeviceThatCannotBeUsedIsAnError() {
    assertEquals(
        "mobilellm: The device \"brittle:0\" has 1 GB too little memory.",
        generate("--device", "brittle:0", "--device-set", "breaks-at=load").assertFailed(1));
    assertEquals(
        "mobilellm: The device \"brittle\" cannot be used: the kernel add is off by 1 with driver"
            + " 7.",
        generate("--device", "brittle", "--device-set", "breaks-at=check").assertFailed(1));
  }

  @Test
  void isListed() {
    String out = Application.run("devices", "--plugins", plugins.toString()).assertQuiet().out();

    assertTrue(
        out.startsWith(
            """
            brittle:0: glass
              kind    GPU
              driver  7
              usable  yes: it shines
              speed   not measured
              taken   by itself: a GPU

            """),
        out);
    assertTrue(out.contains("\njava: "), out);
    assertTrue(out.contains("  speed   reads "), out);
  }

  private static void assertTold(String answer, String sentence, Application.Result result) {
    assertEquals(answer, result.assertSucceeded().out());
    assertEquals(List.of("mobilellm: " + sentence), result.errorLines(), result::toString);
  }

  private Application.Result generate(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--model-path",
                Application.DEMO_MODEL.toString(),
                "--plugins",
                plugins.toString(),
                "--prompt",
                "What is 2+2?",
                "--temperature",
                "0"));
    arguments.addAll(List.of(more));
    return Application.run(arguments);
  }
}
