package dev.mobilellm.template.jinja.python;

import java.util.List;

/**
 * A generator, as the filters {@code map} and {@code select} give: always true, without a length,
 * and empty once it has been read.
 */
public final class Lazy {

  private List<Object> items;

  public Lazy(List<Object> items) {
    this.items = items;
  }

  List<Object> read() {
    List<Object> read = items;
    items = List.of();
    return read;
  }
}
