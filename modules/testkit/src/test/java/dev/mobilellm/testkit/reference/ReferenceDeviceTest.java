package dev.mobilellm.testkit.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.testkit.ComputeDeviceContract;
import org.junit.jupiter.api.Test;

/** The reference device keeps the contract that it is the measure of. */
class ReferenceDeviceTest extends ComputeDeviceContract {

  @Override
  protected ComputeDevice open(DeviceOptions options) {
    return new ReferenceDeviceProvider().open(ReferenceDeviceProvider.INFO, options);
  }

  @Override
  protected double tolerance(WeightEncoding encoding) {
    return 0;
  }

  /** The order of additions is the same however tokens are cut into batches. */
  @Override
  protected double drift() {
    return 0;
  }

  @Test
  void isFoundAsServiceBelowAllOthers() {
    boolean provided =
        ReferenceDeviceProvider.class.getModule().getDescriptor().provides().stream()
            .filter(service -> service.service().equals(ComputeDeviceProvider.class.getName()))
            .anyMatch(
                service -> service.providers().contains(ReferenceDeviceProvider.class.getName()));
    assertTrue(provided, "module-info provides the device");
    ComputeDeviceProvider provider = new ReferenceDeviceProvider();
    assertEquals("reference", provider.name());
    assertEquals("reference", provider.devices().devices().getFirst().id());
    assertTrue(provider.priority() < 0);
  }

  @Test
  void opensNoOtherDevice() {
    DeviceInfo other = new DeviceInfo("java", "", DeviceInfo.Kind.CPU, 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> new ReferenceDeviceProvider().open(other, DeviceOptions.DEFAULT));
  }
}
