package dev.mobilellm.kernels.java;

import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.testkit.ComputeDeviceContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The contract of compute devices, with one, two and three threads. */
class JavaDeviceTest {

  @Nested
  class OneThread extends Contract {
    OneThread() {
      super(1);
    }
  }

  @Nested
  @Tag("every-vector-width")
  class TwoThreads extends Contract {
    TwoThreads() {
      super(2);
    }
  }

  /** More than the cores of a small machine: workers must give way to each other. */
  @Nested
  class ThreeThreads extends Contract {
    ThreeThreads() {
      super(3);
    }
  }

  /** Activations rounded to 8 bits where weights have 4. */
  @Nested
  @Tag("every-vector-width")
  class RoundedActivations extends Contract {
    RoundedActivations() {
      super(2, false);
    }

    @Override
    protected double tolerance(WeightEncoding encoding) {
      return encoding instanceof AffineGroups affine && affine.bits() == 4
          ? 0.1
          : super.tolerance(encoding);
    }
  }

  abstract static class Contract extends ComputeDeviceContract {

    private final int threads;
    private final boolean exact;

    Contract(int threads) {
      this(threads, true);
    }

    Contract(int threads, boolean exact) {
      this.threads = threads;
      this.exact = exact;
    }

    @Override
    protected ComputeDevice open(DeviceOptions options) {
      JavaDeviceProvider provider = new JavaDeviceProvider();
      return provider.open(provider.devices().devices().getFirst(), options);
    }

    @Override
    protected DeviceOptions options() {
      return new DeviceOptions(
          threads,
          40,
          Map.of(JavaDevice.EXACT, String.valueOf(exact), "kv-cache", "f32"),
          List.of());
    }

    @Override
    protected double tolerance(WeightEncoding encoding) {
      return 1e-4;
    }

    /** Sums are taken in one order, however a batch is cut: not even the last bit differs. */
    @Override
    protected double drift() {
      return 0;
    }
  }
}
