package dev.mobilellm.template.jinja.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code value.name}, {@code value[key]} and {@code value[from:to:step]}, as Jinja2 looks them up.
 */
public final class Members {

  private static final Set<String> DICT_METHODS = Set.of("get", "items", "keys", "values", "copy");

  /** What a sandbox denies, because it would change the value. */
  private static final Set<String> CHANGES =
      Set.of(
          "append",
          "clear",
          "extend",
          "insert",
          "pop",
          "popitem",
          "remove",
          "reverse",
          "setdefault",
          "sort",
          "update");

  private Members() {}

  /** {@code value.name}: the attribute, else the item. */
  public static Object attribute(Object value, String name) {
    Object attribute = attributeOrNull(value, name);
    if (attribute == null && value instanceof Dict dict) {
      attribute = dict.get(name);
    }
    return attribute == null ? new Undefined(name) : attribute;
  }

  /** {@code value[key]}: the item, else the attribute. */
  public static Object item(Object value, Object key) {
    Object item =
        switch (value) {
          case Undefined undefined -> throw undefined.problem();
          case Markup markup -> throw Python.unsupported("an item of HTML-escaped text");
          case Dict dict -> dict.get(key);
          case List<?> list when Numbers.isNumber(key) && !(key instanceof Double) ->
              at(list, Numbers.integer(key));
          case String text when Numbers.isNumber(key) && !(key instanceof Double) ->
              at(Strings.characters(text), Numbers.integer(key));
          default -> null;
        };
    if (item == null && key instanceof String name) {
      item = attributeOrNull(value, Marks.plain(name));
    }
    return item != null
        ? item
        : new Undefined(key instanceof String name ? name : "[" + Python.represent(key) + "]");
  }

  private static Object at(List<?> list, long index) {
    long at = index < 0 ? index + list.size() : index;
    return at >= 0 && at < list.size() ? list.get((int) at) : null;
  }

  private static Object attributeOrNull(Object value, String name) {
    if (name.startsWith("__")) {
      throw Python.unsupported("the internal attribute '" + name + "'");
    }
    return switch (value) {
      case Undefined undefined -> throw undefined.problem();
      case Attributes attributes -> attributes.attribute(name);
      case String text when StringMethods.NAMES.contains(name) ->
          (Callable) arguments -> StringMethods.call(text, name, arguments);
      case Dict dict when DICT_METHODS.contains(name) ->
          (Callable) arguments -> call(dict, name, arguments);
      case List<?> list when !(list instanceof Range) && Set.of("index", "count").contains(name) ->
          (Callable) arguments -> call(list, name, arguments);
      case Dict dict when CHANGES.contains(name) -> throw denied(name);
      case List<?> list when CHANGES.contains(name) || name.equals("copy") -> throw denied(name);
      case String text when StringMethods.UNSUPPORTED.contains(name) ->
          throw Python.unsupported("the string method '" + name + "'");
      case Callable callable -> throw Python.unsupported("an attribute of a function");
      case Markup markup -> throw Python.unsupported("an attribute of HTML-escaped text");
      default -> null;
    };
  }

  private static TemplateProblem denied(String name) {
    return Python.unsupported("the method '" + name + "', which changes values,");
  }

  private static Object call(Dict dict, String name, Arguments arguments) {
    if (name.equals("get")) {
      Object[] given = arguments.bind("key", "default");
      Object found = dict.get(given[0]);
      return found != null ? found : given[1] != null ? given[1] : None.NONE;
    }
    arguments.bind();
    return switch (name) {
      case "keys" -> new DictView(dict.keys());
      case "values" -> new DictView(dict.values());
      case "items" -> new DictView(dict.items());
      default -> dict;
    };
  }

  private static Object call(List<?> list, String name, Arguments arguments) {
    Object wanted = arguments.bind("value")[0];
    long count = 0;
    for (int i = 0; i < list.size(); i++) {
      if (Python.areEqual(list.get(i), wanted)) {
        if (name.equals("index")) {
          return (long) i;
        }
        count++;
      }
    }
    if (name.equals("index")) {
      throw new TemplateProblem("index() of what is not in the list");
    }
    return count;
  }

  /** {@code value[from:to:step]}; null for what is left out. */
  public static Object slice(Object value, Long from, Long to, Long step) {
    List<?> items =
        switch (value) {
          case String text -> Strings.characters(text);
          case Range range -> throw Python.unsupported("a slice of a range");
          case List<?> list -> list;
          case Undefined undefined -> throw undefined.problem();
          default -> throw Python.unsupported("a slice of " + Python.describe(value));
        };
    long stride = step == null ? 1 : step;
    if (stride == 0) {
      throw new TemplateProblem("a slice has a step of zero");
    }
    boolean forward = stride > 0;
    long size = items.size();
    long start = bound(from, forward ? 0 : size - 1, size, forward);
    long end = bound(to, forward ? size : -1, size, forward);
    List<Object> cut = new ArrayList<>();
    for (long i = start; forward ? i < end : i > end; i += stride) {
      cut.add(items.get((int) i));
    }
    return switch (value) {
      case String text -> String.join("", Strings.strings(cut));
      case Tuple tuple -> new Tuple(cut);
      default -> cut;
    };
  }

  private static long bound(Long index, long missing, long size, boolean forward) {
    if (index == null) {
      return missing;
    }
    long at = index < 0 ? index + size : index;
    return forward ? Math.clamp(at, 0L, size) : Math.clamp(at, -1L, size - 1);
  }
}
