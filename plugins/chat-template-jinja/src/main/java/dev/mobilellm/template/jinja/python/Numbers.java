package dev.mobilellm.template.jinja.python;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's arithmetic. Integers beyond 64 bits are refused. */
public final class Numbers {

  private Numbers() {}

  /** Whether the value is an int, a float or a bool, which counts as 0 or 1. */
  public static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  static int compare(Object a, Object b) {
    if (isNonFinite(a) || isNonFinite(b)) {
      throw Python.unsupported("comparing with infinity or not-a-number");
    }
    return exact(a).compareTo(exact(b));
  }

  private static boolean isNonFinite(Object value) {
    return value instanceof Double number && !Double.isFinite(number);
  }

  private static BigDecimal exact(Object value) {
    return value instanceof Double number
        ? new BigDecimal(number)
        : BigDecimal.valueOf(integer(value));
  }

  /** An int or a bool as a long. */
  public static long integer(Object value) {
    return switch (value) {
      case Long number -> number;
      case Boolean flag -> flag ? 1 : 0;
      case Undefined undefined -> throw undefined.problem();
      default -> throw Python.unsupported("a whole number from " + Python.describe(value));
    };
  }

  /** Any number as a double. */
  public static double real(Object value) {
    return value instanceof Double number ? number : integer(value);
  }

  /** {@code a operator b} for {@code + - * / // % **}. */
  public static Object apply(String operator, Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      try {
        return a instanceof Double || b instanceof Double || operator.equals("/")
            ? reals(operator, real(a), real(b))
            : integers(operator, integer(a), integer(b));
      } catch (ArithmeticException e) {
        throw new TemplateProblem("'%s' divides by zero or leaves 64 bits".formatted(operator));
      }
    }
    if (operator.equals("+")) {
      if (a instanceof String left && b instanceof String right) {
        return left + right;
      }
      if (a instanceof List<?> left
          && b instanceof List<?> right
          && left instanceof Tuple == right instanceof Tuple
          && !(left instanceof Range || right instanceof Range)) {
        List<Object> all = new ArrayList<>(left);
        all.addAll(right);
        return left instanceof Tuple ? new Tuple(all) : all;
      }
    }
    if (operator.equals("%") && a instanceof String format) {
      return Formats.percent(format, b);
    }
    if (operator.equals("*") && (a instanceof Long || b instanceof Long)) {
      Object value = a instanceof Long ? b : a;
      int times = Math.clamp(integer(a instanceof Long ? a : b), 0, 1 << 20);
      if (value instanceof String text && (long) text.length() * times < 1 << 24) {
        return text.repeat(times);
      }
      if (value instanceof List<?> list
          && list.getClass() != Range.class
          && (long) list.size() * times < 1 << 20) {
        List<Object> all = new ArrayList<>();
        Collections.nCopies(times, list).forEach(all::addAll);
        return list instanceof Tuple ? new Tuple(all) : all;
      }
    }
    throw Python.wrongOperands("'" + operator + "'", a, b);
  }

  /** {@code -a}. */
  public static Object negate(Object a) {
    return a instanceof Double number ? (Object) (-number) : (Object) Math.negateExact(integer(a));
  }

  private static Object integers(String operator, long a, long b) {
    return switch (operator) {
      case "+" -> Math.addExact(a, b);
      case "-" -> Math.subtractExact(a, b);
      case "*" -> Math.multiplyExact(a, b);
      case "//" -> Math.floorDivExact(a, b);
      case "%" -> Math.floorMod(a, b);
      default -> b < 0 ? reals(operator, a, b) : power(a, b);
    };
  }

  private static Object reals(String operator, double a, double b) {
    if (b == 0 && "/%".contains(operator.substring(0, 1))) {
      throw new ArithmeticException("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor((a - modulo(a, b)) / b);
      case "%" -> modulo(a, b);
      default -> finite(Math.pow(a, b));
    };
  }

  private static double finite(double power) {
    if (!Double.isFinite(power)) {
      throw new ArithmeticException("overflow");
    }
    return power;
  }

  private static double modulo(double a, double b) {
    double rest = a % b;
    return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
  }

  private static Object power(long base, long exponent) {
    long result = 1;
    for (long i = 0; i < exponent && result != 0 && !(result == 1 && base == 1); i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  /** As Python prints a float: the shortest digits that give it back, 1.0 and 1e+16. */
  public static String print(double number) {
    if (!Double.isFinite(number)) {
      return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    String sign = number < 0 ? "-" : "";
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.abs().toPlainString();
      return sign + (plain.contains(".") ? plain : plain + ".0");
    }
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return "%s%se%s%02d".formatted(sign, mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
