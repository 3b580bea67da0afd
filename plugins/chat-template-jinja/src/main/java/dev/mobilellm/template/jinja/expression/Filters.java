package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.python.Arguments;
import dev.mobilellm.template.jinja.python.Dict;
import dev.mobilellm.template.jinja.python.DictView;
import dev.mobilellm.template.jinja.python.Formats;
import dev.mobilellm.template.jinja.python.Json;
import dev.mobilellm.template.jinja.python.Lazy;
import dev.mobilellm.template.jinja.python.Marks;
import dev.mobilellm.template.jinja.python.Markup;
import dev.mobilellm.template.jinja.python.None;
import dev.mobilellm.template.jinja.python.Numbers;
import dev.mobilellm.template.jinja.python.Python;
import dev.mobilellm.template.jinja.python.Strings;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import dev.mobilellm.template.jinja.python.Tuple;
import dev.mobilellm.template.jinja.python.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Jinja2's filters, as far as chat templates use them; {@code tojson} as Transformers has it. */
final class Filters {

  private static final Set<String> NAMES =
      Set.of(
          "abs",
          "capitalize",
          "count",
          "d",
          "default",
          "e",
          "escape",
          "first",
          "float",
          "format",
          "indent",
          "int",
          "items",
          "join",
          "last",
          "length",
          "list",
          "lower",
          "replace",
          "reverse",
          "round",
          "safe",
          "string",
          "title",
          "tojson",
          "trim",
          "upper");

  private Filters() {}

  static void check(String name) {
    if (!NAMES.contains(name) && !ListFilters.NAMES.contains(name)) {
      throw new TemplateProblem("the filter '" + name + "' is not supported");
    }
  }

  static Object apply(String name, Object value, Arguments arguments) {
    check(name);
    if (ListFilters.NAMES.contains(name)) {
      return ListFilters.apply(name, value, arguments);
    }
    return switch (name) {
      case "default", "d" -> {
        Object[] given = arguments.bind("default_value", "boolean");
        boolean replaced =
            value instanceof Undefined || (isTrue(given[1]) && !Python.isTrue(value));
        yield replaced ? or(given[0], "") : value;
      }
      case "tojson" -> json(value, arguments);
      case "trim" -> {
        Object characters = arguments.bind("chars")[0];
        yield Strings.strip(text(value), isNone(characters) ? null : text(characters), true, true);
      }
      case "replace" -> {
        Object[] given = arguments.bind("old", "new", "count");
        yield Strings.replace(
            text(value),
            text(given[0]),
            text(given[1]),
            isNone(given[2]) ? -1 : Numbers.integer(given[2]));
      }
      case "join" -> {
        Object[] given = arguments.bind("d", "attribute");
        yield String.join(
            text(or(given[0], "")),
            Python.iterate(value).stream()
                .map(item -> text(ListFilters.attribute(item, given[1])))
                .toList());
      }
      case "indent" -> {
        if (!(value instanceof String text)) {
          throw Python.wrongOperands("the filter 'indent'", value, "");
        }
        yield indent(text, arguments);
      }
      case "int" -> {
        Object[] given = arguments.bind("default", "base");
        yield NumberFilters.integer(
            value, or(given[0], 0L), given[1] == null ? 10 : Numbers.integer(given[1]));
      }
      case "float" -> NumberFilters.real(value, or(arguments.bind("default")[0], 0.0));
      case "round" -> NumberFilters.round(value, arguments);
      case "format" -> {
        if (!arguments.named().isEmpty()) {
          throw new TemplateProblem("the filter 'format' with named values is not supported");
        }
        yield Formats.percent(text(value), new Tuple(arguments.positional()));
      }
      default -> {
        arguments.bind();
        yield simple(name, value);
      }
    };
  }

  private static Object simple(String name, Object value) {
    return switch (name) {
      case "upper" -> Strings.upper(text(value));
      case "lower" -> Strings.lower(text(value));
      case "capitalize" -> Strings.capitalize(text(value));
      case "title" -> title(text(value));
      case "string" -> text(value);
      case "safe" -> new Markup(text(value));
      case "escape", "e" -> new Markup(escape(text(value)));
      case "length", "count" -> Python.length(value);
      case "list" -> Python.iterate(value);
      case "first" -> {
        List<Object> items = Python.iterate(value);
        yield items.isEmpty() ? new Undefined("the first of nothing") : items.getFirst();
      }
      case "last" -> {
        refuseGenerator(name, value);
        List<Object> items = Python.iterate(value);
        yield items.isEmpty() ? new Undefined("the last of nothing") : items.getLast();
      }
      case "reverse" -> {
        refuseGenerator(name, value);
        List<Object> reversed = Python.iterate(value).reversed();
        yield value instanceof String
            ? String.join("", Strings.strings(reversed))
            : new Lazy(reversed);
      }
      case "items" ->
          switch (value) {
            case Undefined undefined -> new Lazy(List.of());
            case Dict dict -> new Lazy(dict.items());
            default ->
                throw Python.unsupported("the filter 'items' with " + Python.describe(value));
          };
      case "abs" ->
          Python.compare(value, 0L) < 0 ? Numbers.negate(value) : Numbers.apply("+", value, 0L);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static void refuseGenerator(String name, Object value) {
    if (value instanceof Lazy || value instanceof DictView) {
      throw Python.unsupported("the filter '" + name + "' with " + Python.describe(value));
    }
  }

  /** What a filter that works on text sees: {@code str(value)}. */
  private static String text(Object value) {
    if (value == null) {
      throw new TemplateProblem("a filter lacks an argument");
    }
    return Python.print(value);
  }

  private static Object or(Object value, Object otherwise) {
    return value == null ? otherwise : value;
  }

  private static boolean isNone(Object value) {
    return value == null || value == None.NONE;
  }

  static boolean isTrue(Object argument) {
    return argument != null && Python.isTrue(argument);
  }

  private static String json(Object value, Arguments arguments) {
    Object[] given = arguments.bind("ensure_ascii", "indent", "separators", "sort_keys");
    String indent =
        switch (given[1]) {
          case null -> null;
          case None none -> null;
          case String text -> text;
          default -> " ".repeat(Math.clamp(Numbers.integer(given[1]), 0, 100));
        };
    String item = indent == null ? ", " : ",";
    String key = ": ";
    if (!isNone(given[2])) {
      List<Object> separators = Python.iterate(given[2]);
      if (separators.size() != 2) {
        throw new TemplateProblem("tojson takes two separators");
      }
      item = text(separators.get(0));
      key = text(separators.get(1));
    }
    return new Json(indent, item, key, isTrue(given[0]), isTrue(given[3])).write(value);
  }

  private static String indent(String text, Arguments arguments) {
    Object[] given = arguments.bind("width", "first", "blank");
    String margin =
        given[0] instanceof String string
            ? string
            : " ".repeat(Math.clamp(Numbers.integer(or(given[0], 4L)), 0, 1000));
    List<String> lines = new ArrayList<>(Strings.strings(Strings.lines(text + "\n", false)));
    for (int i = 1; i < lines.size(); i++) {
      if (isTrue(given[2]) || !lines.get(i).isEmpty()) {
        lines.set(i, margin + lines.get(i));
      }
    }
    return (isTrue(given[1]) ? margin : "") + String.join("\n", lines);
  }

  private static String title(String text) {
    StringBuilder result = new StringBuilder();
    boolean start = true;
    for (int c : Marks.plain(text).codePoints().toArray()) {
      String letter = Character.toString(c);
      result.append(start ? Strings.upper(letter) : Strings.lower(letter));
      start = c == '-' || c == '(' || c == '{' || c == '[' || c == '<' || Strings.isSpace(c);
    }
    return Marks.like(text, result.toString());
  }

  private static String escape(String text) {
    String escaped = text;
    for (Map.Entry<String, String> entity :
        List.of(
            Map.entry("&", "&amp;"),
            Map.entry("<", "&lt;"),
            Map.entry(">", "&gt;"),
            Map.entry("'", "&#39;"),
            Map.entry("\"", "&#34;"))) {
      escaped = Strings.replace(escaped, entity.getKey(), entity.getValue(), -1);
    }
    return escaped;
  }
}
