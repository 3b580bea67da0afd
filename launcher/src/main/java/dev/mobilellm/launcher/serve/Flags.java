package dev.mobilellm.launcher.serve;

import dev.mobilellm.spi.UsageException;

/** What the numbers of flags may be. */
final class Flags {

  private Flags() {}

  /**
   * Returns the number.
   *
   * @throws UsageException if it is out of range
   */
  static int require(String flag, int value, int least, int most) {
    if (value < least || value > most) {
      throw new UsageException(
          most == Integer.MAX_VALUE
              ? "%s must be at least %d, found %d.".formatted(flag, least, value)
              : "%s must be between %d and %d, found %d.".formatted(flag, least, most, value));
    }
    return value;
  }
}
