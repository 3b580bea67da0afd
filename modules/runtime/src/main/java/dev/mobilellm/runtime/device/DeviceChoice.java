package dev.mobilellm.runtime.device;

import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceOptions;

/**
 * A device that can be opened, and why it was chosen.
 *
 * @param provider whose it is
 * @param info the device
 * @param reason a clause, empty if it was not chosen
 */
public record DeviceChoice(Found<ComputeDeviceProvider> provider, DeviceInfo info, String reason) {

  /** The same device for another reason. */
  public DeviceChoice because(String why) {
    return new DeviceChoice(provider, info, why);
  }

  /** Opens it. */
  public ComputeDevice open(DeviceOptions options) {
    return provider.plugin().open(info, options);
  }
}
