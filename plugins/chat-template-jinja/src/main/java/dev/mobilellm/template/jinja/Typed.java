package dev.mobilellm.template.jinja;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.template.jinja.python.Dict;
import dev.mobilellm.template.jinja.python.Marks;
import dev.mobilellm.template.jinja.python.None;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns what users give, messages and JSON trees, into Python's values, all text marked as typed.
 */
final class Typed {

  /**
   * Roles that are not marked: templates make control tokens of them, {@code '<|' + role + '|>'}.
   * Any other role could spell a control token that its author wants to smuggle in.
   */
  private static final Set<String> ROLES =
      Set.of(
          "assistant",
          "developer",
          "environment",
          "function",
          "ipython",
          "model",
          "observation",
          "system",
          "tool",
          "user");

  private Typed() {}

  static Dict message(Message message) {
    Dict dict = new Dict();
    String role = message.role();
    dict.put("role", ROLES.contains(role) ? role : Marks.mark(role));
    dict.put("content", Marks.mark(message.content()));
    message.fields().forEach((key, value) -> dict.put(Marks.mark(key), value(value)));
    return dict;
  }

  /** A JSON tree. */
  static Object value(Object tree) {
    return switch (tree) {
      case null -> None.NONE;
      case Boolean flag -> flag;
      case String text -> Marks.mark(text);
      case Double number -> number;
      case Float number -> number.doubleValue();
      case BigDecimal number -> number.doubleValue();
      case BigInteger number when number.bitLength() < Long.SIZE -> number.longValue();
      case BigInteger number ->
          throw new ModelException(
              "The number %s, given to the chat template, is beyond 64 bits.".formatted(number));
      case Number number -> number.longValue();
      case List<?> list -> {
        List<Object> values = new ArrayList<>(list.size());
        list.forEach(item -> values.add(value(item)));
        yield values;
      }
      case Map<?, ?> map -> {
        Dict dict = new Dict();
        map.forEach((key, value) -> dict.put(Marks.mark((String) key), value(value)));
        yield dict;
      }
      default -> throw new IllegalArgumentException("no JSON: a " + tree.getClass().getName());
    };
  }
}
