package dev.mobilellm.kernels.java;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;

/** What {@link WithoutVectorApiTest} starts: asks the provider, and prints what it says. */
final class WithoutVectorApi {

  private WithoutVectorApi() {}

  public static void main(String[] arguments) {
    JavaDeviceProvider provider = new JavaDeviceProvider();
    DeviceListing listing = provider.devices();
    System.out.println(listing.devices().size() + " devices: " + listing.reason());
    try {
      DeviceInfo device = new DeviceInfo("java", "", DeviceInfo.Kind.CPU, 0);
      provider.open(device, DeviceOptions.DEFAULT);
    } catch (ModelException e) {
      System.out.println(e.getMessage());
    }
  }
}
