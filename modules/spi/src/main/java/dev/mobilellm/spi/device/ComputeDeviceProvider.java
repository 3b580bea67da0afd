package dev.mobilellm.spi.device;

import dev.mobilellm.spi.Plugin;

/** Finds and opens compute devices. A service. */
public interface ComputeDeviceProvider extends Plugin {

  /** The devices that are here. Never fails: no driver is an empty list and a reason. */
  DeviceListing devices();

  /**
   * Opens a device.
   *
   * @param device one of {@link #devices()}
   * @throws dev.mobilellm.spi.ModelException if it cannot be used, saying why
   */
  ComputeDevice open(DeviceInfo device, DeviceOptions options);
}
