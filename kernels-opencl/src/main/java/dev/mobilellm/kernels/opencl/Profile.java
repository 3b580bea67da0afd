package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Limits;
import dev.mobilellm.spi.UsageException;
import java.util.Map;

/**
 * A device that another one can pretend to be. Every device is held to Apple's work-groups of 256
 * and its 32 KiB of local memory anyway; what is left to pretend is the largest allocation.
 *
 * @param largestAllocation bytes
 */
record Profile(long largestAllocation) {

  /** The device property that asks for a profile. */
  static final String PROPERTY = "opencl-profile";

  /** The device as it is. */
  static final String NONE = "none";

  private static final Map<String, Profile> NAMED =
      Map.of("apple", new Profile(1L << 30), "tiny", new Profile(64L << 20));

  /**
   * The limits that a device is used with.
   *
   * @throws UsageException if there is no such profile
   */
  static Limits apply(Limits limits, Map<String, String> properties) {
    String name = properties.getOrDefault(PROPERTY, NONE);
    if (name.equals(NONE)) {
      return limits;
    }
    Profile profile = NAMED.get(name);
    if (profile == null) {
      throw new UsageException(
          "The OpenCL profile can be none, apple or tiny, found \"%s\".".formatted(name));
    }
    return limits.withLargestAllocation(profile.largestAllocation());
  }
}
