package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.python.Arguments;
import dev.mobilellm.template.jinja.python.Dict;
import dev.mobilellm.template.jinja.python.Lazy;
import dev.mobilellm.template.jinja.python.Marks;
import dev.mobilellm.template.jinja.python.Members;
import dev.mobilellm.template.jinja.python.None;
import dev.mobilellm.template.jinja.python.Numbers;
import dev.mobilellm.template.jinja.python.Python;
import dev.mobilellm.template.jinja.python.Strings;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import dev.mobilellm.template.jinja.python.Undefined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Filters that choose, map, sort or sum up the items of a list. */
final class ListFilters {

  static final Set<String> NAMES =
      Set.of(
          "dictsort",
          "map",
          "max",
          "min",
          "reject",
          "rejectattr",
          "select",
          "selectattr",
          "sort",
          "sum",
          "unique");

  private ListFilters() {}

  static Object apply(String name, Object value, Arguments arguments) {
    return switch (name) {
      case "map" -> map(value, arguments);
      case "select", "reject" -> filtered(value, test(arguments), name.equals("select"));
      case "selectattr", "rejectattr" -> {
        Object attribute = first(arguments);
        Predicate<Object> test = test(arguments.rest());
        yield filtered(
            value, item -> test.test(attribute(item, attribute)), name.equals("selectattr"));
      }
      case "sort" -> {
        Object[] given = arguments.bind("reverse", "case_sensitive", "attribute");
        List<Object> sorted = new ArrayList<>(Python.iterate(value));
        sorted.sort(order(given[0], given[1], item -> attribute(item, given[2])));
        yield sorted;
      }
      case "dictsort" -> {
        Object[] given = arguments.bind("case_sensitive", "by", "reverse");
        long by = given[1] == null || Python.areEqual(given[1], "key") ? 0 : 1;
        if (!(value instanceof Dict dict)) {
          throw Python.unsupported("the filter 'dictsort' with " + Python.describe(value));
        }
        List<Object> sorted = new ArrayList<>(dict.items());
        sorted.sort(order(given[2], given[0], item -> Members.item(item, by)));
        yield sorted;
      }
      case "min", "max" -> {
        Object[] given = arguments.bind("case_sensitive", "attribute");
        Comparator<Object> order = order(null, given[0], item -> attribute(item, given[1]));
        // The first of equal ones, as Python takes it.
        yield Python.iterate(value).stream()
            .reduce(
                (a, b) ->
                    (name.equals("min") ? order.compare(b, a) < 0 : order.compare(b, a) > 0)
                        ? b
                        : a)
            .orElse(new Undefined("the " + name + " of nothing"));
      }
      case "unique" -> {
        Object[] given = arguments.bind("case_sensitive", "attribute");
        List<Object> seen = new ArrayList<>();
        List<Object> kept = new ArrayList<>();
        for (Object item : Python.iterate(value)) {
          Object key = key(attribute(item, given[1]), given[0]);
          if (!Python.contains(seen, key)) {
            seen.add(key);
            kept.add(item);
          }
        }
        yield new Lazy(kept);
      }
      case "sum" -> {
        Object[] given = arguments.bind("attribute", "start");
        Object sum = given[1] == null ? 0L : given[1];
        for (Object item : Python.iterate(value)) {
          sum = Numbers.apply("+", sum, attribute(item, given[0]));
        }
        yield sum;
      }
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Lazy map(Object value, Arguments arguments) {
    List<Object> mapped = new ArrayList<>();
    if (arguments.positional().isEmpty()) {
      Object[] given = arguments.bind("attribute", "default");
      if (given[0] == null) {
        throw new TemplateProblem("the filter 'map' lacks its argument");
      }
      for (Object item : Python.iterate(value)) {
        Object found = attribute(item, given[0]);
        mapped.add(found instanceof Undefined && given[1] != null ? given[1] : found);
      }
    } else {
      String filter = name(first(arguments));
      for (Object item : Python.iterate(value)) {
        mapped.add(Filters.apply(filter, item, arguments.rest()));
      }
    }
    return new Lazy(mapped);
  }

  private static Lazy filtered(Object value, Predicate<Object> test, boolean wanted) {
    List<Object> kept = new ArrayList<>();
    for (Object item : Python.iterate(value)) {
      if (test.test(item) == wanted) {
        kept.add(item);
      }
    }
    return new Lazy(kept);
  }

  private static Predicate<Object> test(Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      arguments.bind();
      return Python::isTrue;
    }
    String name = name(first(arguments));
    Arguments rest = arguments.rest();
    return item -> Tests.apply(name, item, rest);
  }

  private static Object first(Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      throw new TemplateProblem("a filter lacks its argument");
    }
    return arguments.positional().getFirst();
  }

  private static String name(Object value) {
    return Marks.plain(Python.print(value));
  }

  /**
   * An item's attribute.
   *
   * @param path {@code a.b.0}, an index, or null for the item itself
   */
  static Object attribute(Object item, Object path) {
    if (path == null || path == None.NONE) {
      return item;
    }
    if (!(path instanceof String text)) {
      return Members.item(item, path);
    }
    Object value = item;
    for (Object part : Strings.split(text, ".", -1)) {
      String name = Marks.plain((String) part);
      value = Members.item(value, name.matches("\\d{1,9}") ? (Object) Long.valueOf(name) : name);
    }
    return value;
  }

  private static Comparator<Object> order(
      Object reverse, Object caseSensitive, UnaryOperator<Object> value) {
    Comparator<Object> order =
        (a, b) ->
            Python.compare(key(value.apply(a), caseSensitive), key(value.apply(b), caseSensitive));
    return Filters.isTrue(reverse) ? order.reversed() : order;
  }

  private static Object key(Object value, Object caseSensitive) {
    return value instanceof String text && !Filters.isTrue(caseSensitive)
        ? Strings.lower(text)
        : value;
  }
}
