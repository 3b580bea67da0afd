package dev.mobilellm.spi.device;

/**
 * What a device can do at best: the roof over every kernel.
 *
 * @param readBytesPerSecond streaming reads
 * @param flopsPerSecond float32 multiply-adds in registers, each counted as two operations
 */
public record DeviceLimits(double readBytesPerSecond, double flopsPerSecond) {

  public DeviceLimits {
    if (!(readBytesPerSecond > 0 && flopsPerSecond > 0)) {
      throw new IllegalArgumentException(
          readBytesPerSecond + " bytes/s, " + flopsPerSecond + " operations/s");
    }
  }
}
