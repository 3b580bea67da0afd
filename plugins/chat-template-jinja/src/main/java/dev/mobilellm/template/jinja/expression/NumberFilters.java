package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.python.Arguments;
import dev.mobilellm.template.jinja.python.Marks;
import dev.mobilellm.template.jinja.python.Markup;
import dev.mobilellm.template.jinja.python.Numbers;
import dev.mobilellm.template.jinja.python.Python;
import dev.mobilellm.template.jinja.python.Strings;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import dev.mobilellm.template.jinja.python.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Filters that make numbers: {@code int}, {@code float} and {@code round}. */
final class NumberFilters {

  private NumberFilters() {}

  static Object integer(Object value, Object otherwise, long base) {
    if (value instanceof Double number) {
      return Double.isFinite(number) && Math.abs(number) < 1L << 53
          ? (Object) number.longValue()
          : otherwise;
    }
    if (Numbers.isNumber(value)) {
      return Numbers.integer(value);
    }
    if (!(value instanceof String text)) {
      return notNumber(value, otherwise);
    }
    if (base != 10) {
      throw new TemplateProblem("the filter 'int' with a base is not supported");
    }
    String number = Marks.plain(Strings.strip(text, null, true, true));
    if (number.matches("[+-]?\\d+(_\\d+)*")) {
      try {
        return Long.valueOf(number.replace("_", ""));
      } catch (NumberFormatException e) {
        throw new TemplateProblem("the integer " + number + " is beyond 64 bits");
      }
    }
    return real(value, otherwise) instanceof Double found && Double.isFinite(found)
        ? (Object) found.longValue()
        : otherwise;
  }

  static Object real(Object value, Object otherwise) {
    if (Numbers.isNumber(value)) {
      return Numbers.real(value);
    }
    if (!(value instanceof String text)) {
      return notNumber(value, otherwise);
    }
    String number = Marks.plain(Strings.strip(text, null, true, true));
    return number.matches("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?")
        ? Double.valueOf(number)
        : otherwise;
  }

  private static Object notNumber(Object value, Object otherwise) {
    if (value instanceof Undefined || value instanceof Markup) {
      throw Python.wrongOperands("a number", value, otherwise);
    }
    return otherwise;
  }

  static Object round(Object value, Arguments arguments) {
    Object[] given = arguments.bind("precision", "method");
    int precision = given[0] == null ? 0 : Math.clamp(Numbers.integer(given[0]), -20, 20);
    RoundingMode mode =
        switch (given[1] == null ? "common" : Marks.plain(Python.print(given[1]))) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw new TemplateProblem("the filter 'round' knows common, ceil and floor");
        };
    if (!(value instanceof Double number)) {
      if (precision != 0 || given[1] != null) {
        throw new TemplateProblem("the filter 'round' with an integer is not supported");
      }
      return Numbers.integer(value);
    }
    return new BigDecimal(number).setScale(precision, mode).doubleValue();
  }
}
