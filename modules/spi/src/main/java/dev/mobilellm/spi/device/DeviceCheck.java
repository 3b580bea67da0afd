package dev.mobilellm.spi.device;

/**
 * Whether a device computes what it should.
 *
 * @param usable whether it may be taken
 * @param explanation how it is known, a clause without a full stop: {@code 14 kernels agree with
 *     the Java device}, or what is wrong: kernel, error and driver. Empty if there was nothing to
 *     check
 */
public record DeviceCheck(boolean usable, String explanation) {

  /** Nothing speaks against the device, and nothing was checked. */
  public static final DeviceCheck UNCHECKED = new DeviceCheck(true, "");

  /** It was checked, and it is right. */
  public static DeviceCheck passed(String explanation) {
    return new DeviceCheck(true, explanation);
  }

  /** It must not be used. */
  public static DeviceCheck failed(String explanation) {
    return new DeviceCheck(false, explanation);
  }
}
