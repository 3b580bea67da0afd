package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.Discovery;
import dev.mobilellm.kernels.opencl.driver.Hardware;
import dev.mobilellm.kernels.opencl.driver.Limits;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.testkit.reference.ReferenceDeviceProvider;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assumptions;

/** The device under test, if this machine has one, and the one that it is compared with. */
final class Devices {

  private Devices() {}

  /** The first device; tests are skipped where there is none. */
  static DeviceInfo first() {
    DeviceListing listing = new OpenClDeviceProvider().devices();
    Assumptions.assumeFalse(
        listing.devices().isEmpty(), () -> "needs an OpenCL device: " + listing.reason());
    return listing.devices().getFirst();
  }

  static ComputeDevice open(DeviceOptions options) {
    return new OpenClDeviceProvider().open(first(), options);
  }

  static DeviceOptions options(int maxTokens, ModuleLayer... layers) {
    return new DeviceOptions(0, maxTokens, Map.of(), List.of(layers));
  }

  /** The first device with other limits than it has. */
  static OpenClDevice limited(int maxTokens, UnaryOperator<Limits> change) {
    DeviceInfo info = first();
    return new OpenClDevice(info, context(info, change), options(maxTokens));
  }

  static Context context(DeviceInfo info, UnaryOperator<Limits> change) {
    Hardware hardware = Discovery.run().devices().getFirst();
    return new Context(info.id(), hardware, change.apply(hardware.limits()));
  }

  static ComputeDevice reference(int maxTokens) {
    ReferenceDeviceProvider provider = new ReferenceDeviceProvider();
    return provider.open(provider.devices().devices().getFirst(), options(maxTokens));
  }
}
