package dev.mobilellm.spi.device;

import java.util.List;

/**
 * What a provider has to offer here.
 *
 * @param devices may be empty
 * @param reason why devices are missing, a clause without a full stop; empty if none are
 */
public record DeviceListing(List<DeviceInfo> devices, String reason) {

  public DeviceListing {
    devices = List.copyOf(devices);
  }

  public static DeviceListing of(DeviceInfo... devices) {
    return new DeviceListing(List.of(devices), "");
  }

  public static DeviceListing none(String reason) {
    return new DeviceListing(List.of(), reason);
  }
}
