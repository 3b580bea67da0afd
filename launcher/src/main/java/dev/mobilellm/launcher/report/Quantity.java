package dev.mobilellm.launcher.report;

import java.util.Locale;

/** Numbers as people read them. */
public final class Quantity {

  private static final String[] PREFIXES = {"k", "M", "G", "T"};

  private Quantity() {}

  /** {@code 640 B}, {@code 1.9 GB}: powers of 1000, as disks are sold. */
  public static String bytes(long bytes) {
    return scaled(bytes, " ") + "B";
  }

  /** {@code 512}, {@code 949.2M}. */
  public static String count(long count) {
    return scaled(count, "");
  }

  /** {@code 61.8%} of a whole; {@code -} of nothing. */
  public static String share(long part, long whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.1f%%", 100.0 * part / whole);
  }

  /** A number with so many decimals. */
  public static String decimal(double number, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", number);
  }

  private static String scaled(long number, String space) {
    double value = number;
    int prefix = -1;
    while (value >= 999.95 && prefix + 1 < PREFIXES.length) {
      value /= 1000;
      prefix++;
    }
    return prefix < 0 ? number + space : decimal(value, 1) + space + PREFIXES[prefix];
  }
}
