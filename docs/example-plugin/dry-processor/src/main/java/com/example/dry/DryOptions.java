package com.example.dry;

import dev.mobilellm.spi.UsageException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What {@code --set} gives this plugin. Other plugins' options have other beginnings.
 *
 * @param multiplier the penalty of a repetition of the allowed length; 0 switches DRY off
 * @param base by which the penalty grows with each further token, at least 1
 * @param allowedLength the shortest repetition that is penalised, at least 1
 * @param range how many of the last tokens are searched; 0: all
 * @param breakers tokens that end a repetition: line breaks, quotes, names of speakers
 */
record DryOptions(
    double multiplier, double base, int allowedLength, int range, Set<Integer> breakers) {

  private static final String PREFIX = "dry-";
  private static final Set<String> NAMES =
      Set.of("dry-multiplier", "dry-base", "dry-allowed-length", "dry-range", "dry-breakers");

  /**
   * Reads the options.
   *
   * @throws UsageException if one is out of range or unknown
   */
  static DryOptions of(Map<String, String> options) {
    for (String name : options.keySet()) {
      if (name.startsWith(PREFIX) && !NAMES.contains(name)) {
        throw new UsageException(
            "DRY has no option %s; it has: %s."
                .formatted(name, String.join(", ", new TreeSet<>(NAMES))));
      }
    }
    return new DryOptions(
        number(options, "dry-multiplier", "0", "a number from 0", value -> value >= 0),
        number(options, "dry-base", "1.75", "a number from 1", value -> value >= 1),
        (int) number(options, "dry-allowed-length", "2", "a whole number from 1", whole(1)),
        (int) number(options, "dry-range", "0", "a whole number, 0 for all tokens", whole(0)),
        tokens(options.getOrDefault("dry-breakers", "")));
  }

  private static Predicate<Double> whole(int least) {
    return value -> value == Math.rint(value) && value >= least && value <= Integer.MAX_VALUE;
  }

  private static double number(
      Map<String, String> options,
      String name,
      String standard,
      String wanted,
      Predicate<Double> fits) {
    String text = options.getOrDefault(name, standard);
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value) && fits.test(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // The same sentence as for a number out of range.
    }
    throw new UsageException("%s must be %s, found \"%s\".".formatted(name, wanted, text));
  }

  private static Set<Integer> tokens(String text) {
    Set<Integer> tokens = new TreeSet<>();
    try {
      Arrays.stream(text.split("[, ]+"))
          .filter(word -> !word.isEmpty())
          .forEach(word -> tokens.add(Integer.parseUnsignedInt(word)));
    } catch (NumberFormatException e) {
      throw new UsageException(
          "dry-breakers must be token ids between commas, found \"%s\".".formatted(text));
    }
    return tokens;
  }
}
