package dev.mobilellm.runtime.bench;

import dev.mobilellm.spi.device.DeviceLimits;
import java.util.List;

/**
 * One time that something was measured.
 *
 * @param seconds that it took
 * @param limits what the device could do at best just before and just behind it; none if it cannot
 *     tell
 */
public record Round(double seconds, List<DeviceLimits> limits) {

  /** Of the speed of reading between two measurements of it, up to which it counts as the same. */
  private static final double SAME = 0.1;

  public Round {
    limits = List.copyOf(limits);
  }

  /**
   * Whether memory was as fast behind the round as before. On a virtual machine it may be twice as
   * fast from one moment to the next: when two of its cores come to lie on different dies, each
   * with a link of its own.
   */
  boolean isSteady() {
    Spread reads = Spread.of(reads());
    return reads.max() - reads.min() <= SAME * reads.max();
  }

  /** The speed of reading, in bytes per second. */
  double readLimit() {
    return Spread.of(reads()).median();
  }

  /** The peak of arithmetic, in operations per second. */
  double peak() {
    return Spread.of(limits.stream().mapToDouble(DeviceLimits::flopsPerSecond).toArray()).max();
  }

  private double[] reads() {
    return limits.stream().mapToDouble(DeviceLimits::readBytesPerSecond).toArray();
  }
}
