package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.Locale;

/** Python's {@code strftime} in English, and the form without padding that glibc knows: %-d. */
final class Strftime {

  private Strftime() {}

  static String format(String format, ZonedDateTime time) {
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        result.append(c);
        continue;
      }
      boolean padded = format.charAt(i + 1) != '-' || i + 2 == format.length();
      i += padded ? 1 : 2;
      String field = field(format.charAt(i), time);
      result.append(padded ? field : field.replaceFirst("^[0 ]+(?=.)", ""));
    }
    return result.toString();
  }

  private static String field(char directive, ZonedDateTime time) {
    return switch (directive) {
      case 'd' -> two(time.getDayOfMonth());
      case 'e' -> "%2d".formatted(time.getDayOfMonth());
      case 'm' -> two(time.getMonthValue());
      case 'Y' -> Integer.toString(time.getYear());
      case 'y' -> two(time.getYear() % 100);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.US);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.US);
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.US);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.US);
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case 'j' -> "%03d".formatted(time.getDayOfYear());
      case 'H' -> two(time.getHour());
      case 'I' -> two((time.getHour() + 11) % 12 + 1);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'M' -> two(time.getMinute());
      case 'S' -> two(time.getSecond());
      case 'f' -> "%06d".formatted(time.getNano() / 1000);
      case 'F' -> format("%Y-%m-%d", time);
      case 'T' -> format("%H:%M:%S", time);
      case 'R' -> format("%H:%M", time);
      case 'D' -> format("%m/%d/%y", time);
      case '%' -> "%";
      default -> throw new TemplateProblem("the date format %" + directive + " is not supported");
    };
  }

  private static String two(int number) {
    return "%02d".formatted(number);
  }
}
