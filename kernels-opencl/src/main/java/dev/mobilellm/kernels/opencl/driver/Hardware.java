package dev.mobilellm.kernels.opencl.driver;

import dev.mobilellm.spi.device.DeviceInfo.Kind;

/**
 * A device as its driver describes it.
 *
 * @param platformHandle OpenCL's
 * @param handle OpenCL's
 * @param platform its name
 * @param name for people
 * @param driver its version
 * @param version of OpenCL
 * @param kind GPU, CPU or other
 * @param unified whether it shares the host's memory
 * @param limits as the driver tells them
 */
public record Hardware(
    long platformHandle,
    long handle,
    String platform,
    String name,
    String driver,
    String version,
    Kind kind,
    boolean unified,
    Limits limits) {

  /** What identifies device and driver in messages and in what is remembered. */
  public String identity() {
    return "%s, %s, driver %s".formatted(name, platform, driver);
  }
}
