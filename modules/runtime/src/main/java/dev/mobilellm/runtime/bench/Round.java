package dev.mobilellm.runtime.bench;

import dev.mobilellm.spi.device.DeviceLimits;
import java.util.Optional;

/**
 * One time that something was measured.
 *
 * @param seconds that it took
 * @param limits what the device could do at best just before and behind it; empty if it cannot tell
 */
public record Round(double seconds, Optional<DeviceLimits> limits) {}
