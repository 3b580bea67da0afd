package dev.mobilellm.template.jinja.python;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Truth, equality, order, iteration and printing of Python's values.
 *
 * <p>Values are {@link None}, {@link Undefined}, Boolean, Long, Double, String (see {@link Marks}),
 * List, {@link Tuple}, {@link Range}, {@link Dict}, {@link DictView}, {@link Lazy}, {@link
 * Attributes}, {@link Callable} and {@link Markup}; never null. Lists are never changed.
 */
public final class Python {

  private Python() {}

  public static boolean isTrue(Object value) {
    return switch (value) {
      case None none -> false;
      case Undefined undefined -> false;
      case Boolean flag -> flag;
      case Long number -> number != 0;
      case Double number -> number != 0;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Dict dict -> dict.size() > 0;
      case DictView view -> !view.items().isEmpty();
      case Markup markup -> throw unsupported("the truth of HTML-escaped text");
      default -> true;
    };
  }

  public static boolean areEqual(Object a, Object b) {
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return Numbers.compare(a, b) == 0;
    }
    if (a instanceof String left && b instanceof String right) {
      return Marks.plain(left).equals(Marks.plain(right));
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      return kind(left) == kind(right) && areEqual(left, right);
    }
    if (a instanceof Dict left && b instanceof Dict right) {
      return left.size() == right.size()
          && left.keys().stream()
              .allMatch(
                  key -> {
                    Object other = right.get(key);
                    return other != null && areEqual(left.get(key), other);
                  });
    }
    if (a instanceof DictView
        || b instanceof DictView
        || a instanceof Markup
        || b instanceof Markup) {
      throw unsupported("comparing " + describe(a) + " with " + describe(b));
    }
    return a == b || (a instanceof Undefined && b instanceof Undefined);
  }

  private static boolean areEqual(List<?> left, List<?> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!areEqual(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Order as {@code <} sees it: negative, zero or positive. */
  public static int compare(Object a, Object b) {
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return Numbers.compare(a, b);
    }
    if (a instanceof String left && b instanceof String right) {
      return compareCodePoints(Marks.plain(left), Marks.plain(right));
    }
    if (a instanceof List<?> left && b instanceof List<?> right && kind(left) == kind(right)) {
      for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
        if (!areEqual(left.get(i), right.get(i))) {
          return compare(left.get(i), right.get(i));
        }
      }
      return Integer.compare(left.size(), right.size());
    }
    throw wrongOperands("ordering", a, b);
  }

  private static int compareCodePoints(String left, String right) {
    int[] a = left.codePoints().toArray();
    int[] b = right.codePoints().toArray();
    return Arrays.compare(a, b);
  }

  private static Class<?> kind(List<?> list) {
    return list instanceof Tuple || list instanceof Range ? list.getClass() : List.class;
  }

  /** Whether {@code item in container}. */
  public static boolean contains(Object container, Object item) {
    if (container instanceof String text) {
      if (item instanceof String part) {
        return Marks.plain(text).contains(Marks.plain(part));
      }
      throw wrongOperands("'in'", item, container);
    }
    if (container instanceof Dict dict) {
      return dict.get(item) != null;
    }
    return iterate(container).stream().anyMatch(element -> areEqual(element, item));
  }

  /** The items that a loop over the value visits. Reads a generator to its end. */
  public static List<Object> iterate(Object value) {
    return switch (value) {
      case List<?> list -> List.copyOf(list);
      case Dict dict -> dict.keys();
      case DictView view -> view.items();
      case String text -> Strings.characters(text);
      case Lazy lazy -> lazy.read();
      case Undefined undefined -> List.of();
      default -> throw unsupported("a loop over " + describe(value));
    };
  }

  public static long length(Object value) {
    return switch (value) {
      case List<?> list -> list.size();
      case Dict dict -> dict.size();
      case DictView view -> view.items().size();
      case String text -> text.codePointCount(0, text.length());
      case Undefined undefined -> 0;
      default -> throw unsupported("the length of " + describe(value));
    };
  }

  /** What {@code str(value)} gives: printed text. */
  public static String print(Object value) {
    return switch (value) {
      case String text -> text;
      case Undefined undefined -> "";
      default -> represent(value);
    };
  }

  /** What {@code repr(value)} gives: text inside a printed list. */
  public static String represent(Object value) {
    return switch (value) {
      case None none -> "None";
      case Boolean flag -> flag ? "True" : "False";
      case Long number -> Long.toString(number);
      case Double number -> Numbers.print(number);
      case String text -> Strings.quote(text);
      case Tuple tuple -> tuple.size() == 1 ? joined("(", tuple, ",)") : joined("(", tuple, ")");
      case Range range -> throw unsupported("printing a range");
      case List<?> list -> joined("[", list, "]");
      case Dict dict -> {
        List<String> pairs = new ArrayList<>();
        for (Object key : dict.keys()) {
          pairs.add(represent(key) + ": " + represent(dict.get(key)));
        }
        yield "{" + String.join(", ", pairs) + "}";
      }
      default -> throw unsupported("printing " + describe(value));
    };
  }

  private static String joined(String open, List<?> list, String close) {
    List<String> parts = new ArrayList<>();
    list.forEach(item -> parts.add(represent(item)));
    return open + String.join(", ", parts) + close;
  }

  /** The value's type, for messages. */
  public static String describe(Object value) {
    return switch (value) {
      case None none -> "none";
      case Undefined undefined -> "the undefined '" + Marks.plain(undefined.name()) + "'";
      case Boolean flag -> "a boolean";
      case Long number -> "an integer";
      case Double number -> "a float";
      case String text -> "a string";
      case Tuple tuple -> "a tuple";
      case Range range -> "a range";
      case List<?> list -> "a list";
      case Dict dict -> "a dict";
      case DictView view -> "a dict's keys, values or items";
      case Lazy lazy -> "a generator (the filter 'list' makes a list of it)";
      case Namespace namespace -> "a namespace";
      case Markup markup -> "HTML-escaped text";
      case Callable callable -> "a function";
      default -> "a loop variable";
    };
  }

  /** The error for operands that an operation does not take; an undefined one is named. */
  public static TemplateProblem wrongOperands(String operation, Object a, Object b) {
    for (Object operand : List.of(a, b)) {
      if (operand instanceof Undefined undefined) {
        return undefined.problem();
      }
    }
    return unsupported(operation + " with " + describe(a) + " and " + describe(b));
  }

  /** The error for an operation that Python or this renderer does not have. */
  public static TemplateProblem unsupported(String operation) {
    return new TemplateProblem(operation + " is not possible");
  }
}
