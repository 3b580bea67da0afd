package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.python.Arguments;
import dev.mobilellm.template.jinja.python.Callable;
import dev.mobilellm.template.jinja.python.Dict;
import dev.mobilellm.template.jinja.python.Marks;
import dev.mobilellm.template.jinja.python.Markup;
import dev.mobilellm.template.jinja.python.Namespace;
import dev.mobilellm.template.jinja.python.None;
import dev.mobilellm.template.jinja.python.Numbers;
import dev.mobilellm.template.jinja.python.Python;
import dev.mobilellm.template.jinja.python.Strings;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import dev.mobilellm.template.jinja.python.Undefined;
import java.util.List;
import java.util.Set;

/** Jinja2's tests: {@code value is name}. */
final class Tests {

  private static final Set<String> NAMES =
      Set.of(
          "boolean",
          "callable",
          "defined",
          "divisibleby",
          "eq",
          "equalto",
          "==",
          "even",
          "false",
          "float",
          "ge",
          ">=",
          "greaterthan",
          "gt",
          ">",
          "in",
          "integer",
          "iterable",
          "le",
          "<=",
          "lessthan",
          "lt",
          "<",
          "lower",
          "mapping",
          "ne",
          "!=",
          "none",
          "number",
          "odd",
          "sameas",
          "sequence",
          "string",
          "true",
          "undefined",
          "upper");

  private Tests() {}

  static void check(String name) {
    if (!NAMES.contains(name)) {
      throw new TemplateProblem("the test '" + name + "' is not supported");
    }
  }

  static boolean apply(String name, Object value, Arguments arguments) {
    check(name);
    return switch (name) {
      case "eq", "equalto", "==" -> compare("==", value, arguments);
      case "ne", "!=" -> compare("!=", value, arguments);
      case "lt", "lessthan", "<" -> compare("<", value, arguments);
      case "le", "<=" -> compare("<=", value, arguments);
      case "gt", "greaterthan", ">" -> compare(">", value, arguments);
      case "ge", ">=" -> compare(">=", value, arguments);
      case "in" -> compare("in", value, arguments);
      case "divisibleby" -> isZero(Numbers.apply("%", value, argument(arguments)));
      case "sameas" -> isSame(value, argument(arguments));
      default -> {
        arguments.bind();
        yield isOfKind(name, value);
      }
    };
  }

  private static boolean isOfKind(String name, Object value) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == None.NONE;
      case "string" -> value instanceof String || value instanceof Markup;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "number" -> Numbers.isNumber(value);
      case "mapping" -> value instanceof Dict;
      // Jinja2's undefined value has the methods that these three look for.
      case "sequence" ->
          value instanceof List
              || value instanceof Dict
              || value instanceof String
              || value instanceof Markup
              || value instanceof Undefined;
      case "iterable" ->
          !(value instanceof None
              || value instanceof Namespace
              || Numbers.isNumber(value)
              || isFunction(value));
      case "callable" -> isFunction(value) || value instanceof Undefined;
      case "even" -> isZero(Numbers.apply("%", value, 2L));
      case "odd" -> Python.areEqual(Numbers.apply("%", value, 2L), 1L);
      case "lower" -> isCased(value, true);
      case "upper" -> isCased(value, false);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static boolean isFunction(Object value) {
    return value instanceof Callable;
  }

  private static boolean isZero(Object value) {
    return !Python.isTrue(value);
  }

  private static boolean isCased(Object value, boolean lower) {
    String text = Marks.plain(Python.print(value));
    String other = lower ? Strings.upper(text) : Strings.lower(text);
    return text.equals(lower ? Strings.lower(text) : Strings.upper(text)) && !text.equals(other);
  }

  private static boolean isSame(Object value, Object other) {
    if (value instanceof Boolean || value == None.NONE) {
      return value.equals(other);
    }
    throw new TemplateProblem("the test 'sameas' is only supported for true, false and none");
  }

  private static boolean compare(String operator, Object value, Arguments arguments) {
    return Expression.Comparison.holds(operator, value, argument(arguments));
  }

  private static Object argument(Arguments arguments) {
    Object argument = arguments.bind("other")[0];
    if (argument == null) {
      throw new TemplateProblem("a test lacks its argument");
    }
    return argument;
  }
}
