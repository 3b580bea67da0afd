package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.testkit.reference.ReferenceDeviceProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The device under test and the reference, open, and what is known of the former. */
abstract class ComputeDeviceSetup {

  /** The most tokens of a batch. */
  static final int MAX_BATCH_TOKENS = 40;

  ComputeDevice device;
  ComputeDevice reference;

  /** Opens the device under test. */
  protected abstract ComputeDevice open(DeviceOptions options);

  /**
   * The largest absolute difference from the exact logits that this device may show; the logits of
   * these programs have a standard deviation of about one. 1e-4 is generous for float32.
   *
   * @param encoding of the program's matrices
   */
  protected abstract double tolerance(WeightEncoding encoding);

  /** The largest difference between two ways of cutting the same tokens into batches. */
  protected double drift() {
    return 1e-5;
  }

  /** How the device is opened, apart from the most tokens of a batch. */
  protected DeviceOptions options() {
    return DeviceOptions.DEFAULT;
  }

  @BeforeEach
  void openDevices() {
    ReferenceDeviceProvider provider = new ReferenceDeviceProvider();
    DeviceOptions options =
        new DeviceOptions(
            options().threads(), MAX_BATCH_TOKENS, options().properties(), options().layers());
    reference = provider.open(provider.devices().devices().getFirst(), options);
    device = open(options);
  }

  @AfterEach
  void closeDevices() {
    device.close();
    reference.close();
  }

  final CompiledProgram compile(ProgramSpec spec) {
    return device.compile(Programs.random(spec, 1), LoadProgress.NONE);
  }

  static int[] tokens(int count) {
    return Programs.tokens(count, ProgramSpec.SMALL.sizes().vocabulary(), 4);
  }

  static void assertClose(float[][] expected, float[][] actual, double tolerance, String what) {
    double distance = Runs.distance(expected, actual);
    assertTrue(distance <= tolerance, () -> what + ": " + distance + ", allowed " + tolerance);
  }
}
