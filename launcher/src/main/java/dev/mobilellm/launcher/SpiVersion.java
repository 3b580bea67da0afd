package dev.mobilellm.launcher;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of the SPI's version that tells who can work with whom. */
record SpiVersion(int major, int minor) {

  private static final Pattern START = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");

  /** The numbers that a version starts with, or empty if it starts otherwise. */
  static Optional<SpiVersion> parse(String version) {
    Matcher matcher = START.matcher(version);
    return matcher.matches()
        ? Optional.of(
            new SpiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /** Whether an SPI of this version serves a plugin that was compiled against another. */
  boolean serves(SpiVersion plugin) {
    return major == plugin.major && minor >= plugin.minor;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
