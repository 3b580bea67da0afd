package dev.mobilellm.template.jinja.python;

import java.util.HashMap;
import java.util.Map;

/** {@code namespace(...)}: the one value that a template may change. */
public final class Namespace implements Attributes {

  private final Map<String, Object> values = new HashMap<>();

  public void set(String name, Object value) {
    values.put(name, value);
  }

  @Override
  public Object attribute(String name) {
    return values.get(name);
  }
}
