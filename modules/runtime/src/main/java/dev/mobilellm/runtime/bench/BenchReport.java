package dev.mobilellm.runtime.bench;

import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.Traffic;
import java.util.List;
import java.util.Optional;

/**
 * What a benchmark found.
 *
 * @param firstTokenSeconds from a prompt to its first token, by code that had not run before
 * @param warmUpSeconds of the round that does not count, this first token included
 * @param limits what the device can do at best; empty if it cannot tell
 * @param measurements by depth: prefill, then decode by batch
 * @param operations longest in decode first; empty if not asked for, or the device cannot tell
 * @param traffic between host and device for a decoded token chosen by the device; empty as above,
 *     or if no decode was measured
 */
public record BenchReport(
    double firstTokenSeconds,
    double warmUpSeconds,
    Optional<DeviceLimits> limits,
    List<Measurement> measurements,
    List<OperationTime> operations,
    Optional<Traffic> traffic) {

  public BenchReport {
    measurements = List.copyOf(measurements);
    operations = List.copyOf(operations);
  }
}
