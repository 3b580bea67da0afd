package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.python.Arguments;
import dev.mobilellm.template.jinja.python.Callable;
import dev.mobilellm.template.jinja.python.Dict;
import dev.mobilellm.template.jinja.python.Marks;
import dev.mobilellm.template.jinja.python.Namespace;
import dev.mobilellm.template.jinja.python.Numbers;
import dev.mobilellm.template.jinja.python.Python;
import dev.mobilellm.template.jinja.python.Range;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.Map;

/** The functions that templates can call. */
public final class Globals {

  private Globals() {}

  /** The functions by name. */
  public static Map<String, Object> functions(Clock clock) {
    return Map.of(
        "range", (Callable) Globals::range,
        "dict", (Callable) Globals::dict,
        "namespace", (Callable) Globals::namespace,
        "raise_exception", (Callable) Globals::raise,
        "strftime_now",
            (Callable)
                arguments ->
                    Strftime.format(
                        Marks.plain(Python.print(required(arguments, "format"))),
                        ZonedDateTime.now(clock)));
  }

  private static Object range(Arguments arguments) {
    Object[] bounds = arguments.bind("start", "stop", "step");
    if (bounds[0] == null) {
      throw new TemplateProblem("range() lacks its argument");
    }
    long first = Numbers.integer(bounds[0]);
    return new Range(
        bounds[1] == null ? 0 : first,
        bounds[1] == null ? first : Numbers.integer(bounds[1]),
        bounds[2] == null ? 1 : Numbers.integer(bounds[2]));
  }

  private static Dict dict(Arguments arguments) {
    Dict dict = new Dict();
    if (!arguments.positional().isEmpty()) {
      if (!(new Arguments(arguments.positional(), Map.of()).bind("values")[0]
          instanceof Dict values)) {
        throw new TemplateProblem("dict() takes a dict or named values");
      }
      values.keys().forEach(key -> dict.put(key, values.get(key)));
    }
    arguments.named().forEach(dict::put);
    return dict;
  }

  private static Namespace namespace(Arguments arguments) {
    Namespace namespace = new Namespace();
    Dict values = dict(arguments);
    values.keys().forEach(key -> namespace.set(Marks.plain(Python.print(key)), values.get(key)));
    return namespace;
  }

  private static Object raise(Arguments arguments) {
    throw TemplateProblem.raised(Marks.plain(Python.print(required(arguments, "message"))).strip());
  }

  private static Object required(Arguments arguments, String name) {
    Object value = arguments.bind(name)[0];
    if (value == null) {
      throw new TemplateProblem("a function lacks its argument " + name);
    }
    return value;
  }
}
