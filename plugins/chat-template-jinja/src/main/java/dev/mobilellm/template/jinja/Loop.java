package dev.mobilellm.template.jinja;

import dev.mobilellm.template.jinja.python.Attributes;
import dev.mobilellm.template.jinja.python.Callable;
import dev.mobilellm.template.jinja.python.Python;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import dev.mobilellm.template.jinja.python.Tuple;
import java.util.List;

/** The variable {@code loop}. */
final class Loop implements Attributes {

  private final List<Object> items;
  private int index = -1;
  private Object lastChanged;

  Loop(List<Object> items) {
    this.items = items;
  }

  boolean next() {
    return ++index < items.size();
  }

  Object item() {
    return items.get(index);
  }

  @Override
  public Object attribute(String name) {
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "revindex" -> (long) items.size() - index;
      case "revindex0" -> items.size() - index - 1L;
      case "first" -> index == 0;
      case "last" -> index == items.size() - 1;
      case "length" -> (long) items.size();
      // Jinja2 counts recursive loops only, which are refused.
      case "depth" -> 1L;
      case "depth0" -> 0L;
      case "previtem" -> index > 0 ? items.get(index - 1) : null;
      case "nextitem" -> index + 1 < items.size() ? items.get(index + 1) : null;
      case "cycle" ->
          (Callable)
              arguments -> {
                List<Object> values = arguments.positional();
                if (values.isEmpty()) {
                  throw new TemplateProblem("loop.cycle() lacks its values");
                }
                return values.get(index % values.size());
              };
      case "changed" -> (Callable) arguments -> changed(new Tuple(arguments.positional()));
      default -> null;
    };
  }

  private boolean changed(Object value) {
    boolean changed = lastChanged == null || !Python.areEqual(value, lastChanged);
    lastChanged = value;
    return changed;
  }
}
