package dev.mobilellm.kernels.opencl;

import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.testkit.ComputeDeviceContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The contract of compute devices, with the limits of the device and with Apple's. */
class OpenClDeviceTest {

  @Nested
  class AsItIs extends Contract {
    AsItIs() {
      super(Map.of());
    }
  }

  @Nested
  class Apple extends Contract {
    Apple() {
      super(Map.of(Profile.PROPERTY, "apple"));
    }
  }

  abstract static class Contract extends ComputeDeviceContract {

    private final Map<String, String> properties;

    Contract(Map<String, String> properties) {
      this.properties = properties;
    }

    @Override
    protected ComputeDevice open(DeviceOptions options) {
      return Devices.open(options);
    }

    @Override
    protected DeviceOptions options() {
      return new DeviceOptions(0, 40, properties, List.of());
    }

    @Override
    protected double tolerance(WeightEncoding encoding) {
      return 1e-4;
    }
  }
}
