package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;

/** Offers the device {@code reference}: exact and slow, for tests. */
public final class ReferenceDeviceProvider implements ComputeDeviceProvider {

  static final DeviceInfo INFO =
      new DeviceInfo("reference", "double precision, one thread", DeviceInfo.Kind.OTHER, 0);

  /** Found by the service loader. */
  public ReferenceDeviceProvider() {}

  @Override
  public String name() {
    return "reference";
  }

  /** Below every other device: it is taken only where it is asked for. */
  @Override
  public int priority() {
    return -1000;
  }

  @Override
  public DeviceListing devices() {
    return DeviceListing.of(INFO);
  }

  /**
   * @throws IllegalArgumentException if the device is not one of {@link #devices()}
   */
  @Override
  public ComputeDevice open(DeviceInfo device, DeviceOptions options) {
    if (!device.id().equals(INFO.id())) {
      throw new IllegalArgumentException(device.id() + " is no device of " + name());
    }
    return new ReferenceDevice(options.maxBatchTokens());
  }
}
