package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.testkit.reference.ReferenceDeviceProvider;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What a third-party kernel for one of the devices must do. Extend it in a test class of the
 * kernel's module, with the device's module on the module path: the device finds the kernel as it
 * does in the application.
 *
 * <p>Whole models of awkward sizes run on the device and on the reference: the kernel must run
 * where it says so and nowhere else, and the logits must agree.
 */
public abstract class KernelContract {

  private static final int TOKENS = 23;

  /** Shared by the programs of a test: opening a driver takes long. */
  private ComputeDevice shared;

  /** For subclasses. */
  protected KernelContract() {}

  /** The name of the device's provider: {@code java}. Where it has no device, tests are skipped. */
  protected abstract String device();

  /** The kernel's name in reports. */
  protected abstract String kernel();

  /** What the kernel's provider says about an operation. */
  protected abstract boolean supports(Op op);

  /** The largest absolute difference from the exact logits, which deviate by about one. */
  protected double tolerance() {
    return 1e-4;
  }

  /** The largest difference between two ways of cutting the same tokens into batches. */
  protected double drift() {
    return 1e-5;
  }

  /**
   * The programs to run, by name. A kernel for a composite of its own adds one with it; all others
   * should stay.
   */
  protected Map<String, Program> programs() {
    Map<String, Program> programs = new LinkedHashMap<>();
    Programs.awkward().forEach((name, spec) -> programs.put(name, Programs.random(spec, 1)));
    return programs;
  }

  @AfterEach
  void closeDevice() {
    if (shared != null) {
      shared.close();
      shared = null;
    }
  }

  @Test
  void runsSomewhere() {
    assertTrue(
        programs().values().stream().anyMatch(this::isMeant),
        "no program has an operation that the kernel supports");
  }

  @TestFactory
  Stream<DynamicTest> everyProgramAgreesWithTheReference() {
    return programs().entrySet().stream()
        .map(
            program -> DynamicTest.dynamicTest(program.getKey(), () -> agrees(program.getValue())));
  }

  private void agrees(Program program) {
    int[] tokens = Programs.tokens(TOKENS, program.vocabularySize(), 2);
    if (shared == null) {
      shared = open(DeviceOptions.DEFAULT);
    }
    try (CompiledProgram tested = shared.compile(program, LoadProgress.NONE)) {
      boolean meant = isMeant(program);
      assertEquals(
          meant,
          tested.explain().stream().anyMatch(op -> op.kernel().equals(kernel())),
          () -> "whether " + kernel() + " is among " + tested.explain());
      if (meant) {
        float[][] expected = reference(program, tokens);
        float[][] whole = Runs.logits(tested, tokens, TOKENS);
        assertAll(
            () -> assertClose(expected, whole, tolerance(), "one batch against the reference"),
            () -> assertClose(whole, Runs.logits(tested, tokens, 1), drift(), "single tokens"),
            () -> assertClose(whole, Runs.logits(tested, tokens, 7), drift(), "batches of 7"));
      }
    }
  }

  @Test
  void threadsDoNotMatter() {
    Program program = programs().values().stream().filter(this::isMeant).findFirst().orElseThrow();
    assertClose(withThreads(program, 1), withThreads(program, 3), drift(), "3 threads against 1");
  }

  private float[][] withThreads(Program program, int threads) {
    int[] tokens = Programs.tokens(TOKENS, program.vocabularySize(), 3);
    DeviceOptions options =
        new DeviceOptions(
            threads, TOKENS, DeviceOptions.DEFAULT.properties(), DeviceOptions.DEFAULT.layers());
    try (ComputeDevice device = open(options);
        CompiledProgram compiled = device.compile(program, LoadProgress.NONE)) {
      return Runs.logits(compiled, tokens, TOKENS);
    }
  }

  private boolean isMeant(Program program) {
    return program.ops().stream().anyMatch(this::supports);
  }

  private ComputeDevice open(DeviceOptions options) {
    ComputeDeviceProvider provider =
        ServiceLoader.load(ComputeDeviceProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.name().equals(device()))
            .findFirst()
            .orElseThrow(
                () -> new AssertionError("no device \"" + device() + "\" on the module path"));
    DeviceListing listing = provider.devices();
    assumeTrue(!listing.devices().isEmpty(), listing.reason());
    return provider.open(listing.devices().getFirst(), options);
  }

  private static float[][] reference(Program program, int[] tokens) {
    ReferenceDeviceProvider provider = new ReferenceDeviceProvider();
    try (ComputeDevice device =
            provider.open(provider.devices().devices().getFirst(), DeviceOptions.DEFAULT);
        CompiledProgram exact = device.compile(program, LoadProgress.NONE)) {
      return Runs.logits(exact, tokens, tokens.length);
    }
  }

  private static void assertClose(
      float[][] expected, float[][] actual, double tolerance, String what) {
    double distance = Runs.distance(expected, actual);
    assertTrue(distance <= tolerance, () -> what + ": " + distance + ", allowed " + tolerance);
  }
}
