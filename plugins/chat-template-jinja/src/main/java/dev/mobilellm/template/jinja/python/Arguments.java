package dev.mobilellm.template.jinja.python;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The arguments of a call.
 *
 * @param positional in order
 * @param named in order
 */
public record Arguments(List<Object> positional, Map<String, Object> named) {

  public static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** The values of these parameters in order, null where an argument was not given. */
  public Object[] bind(String... parameters) {
    if (positional.size() > parameters.length) {
      throw new TemplateProblem(
          "a call has %d arguments where at most %d are known"
              .formatted(positional.size(), parameters.length));
    }
    Object[] values = positional.toArray(new Object[parameters.length]);
    Arrays.fill(values, positional.size(), values.length, null);
    for (Map.Entry<String, Object> argument : named.entrySet()) {
      int index = Arrays.asList(parameters).indexOf(argument.getKey());
      if (index < 0 || values[index] != null) {
        throw new TemplateProblem(
            "a call has an unknown or repeated argument " + argument.getKey());
      }
      values[index] = argument.getValue();
    }
    return values;
  }

  /** All but the first positional argument. */
  public Arguments rest() {
    return new Arguments(positional.subList(1, positional.size()), named);
  }
}
