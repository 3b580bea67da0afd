package dev.mobilellm.template.jinja.python;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Python's dict. Keys that are equal in Python are one key, whoever wrote them. */
public final class Dict {

  private record Entry(Object key, Object value) {}

  private final Map<Object, Entry> entries = new LinkedHashMap<>();

  public void put(Object key, Object value) {
    entries.compute(identity(key), (id, old) -> new Entry(old == null ? key : old.key(), value));
  }

  /** The value, or null if there is none. */
  public Object get(Object key) {
    Entry entry = entries.get(identity(key));
    return entry == null ? null : entry.value();
  }

  public int size() {
    return entries.size();
  }

  public List<Object> keys() {
    List<Object> keys = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> keys.add(entry.key()));
    return keys;
  }

  public List<Object> values() {
    List<Object> values = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> values.add(entry.value()));
    return values;
  }

  /** Pairs of key and value. */
  public List<Object> items() {
    List<Object> items = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> items.add(new Tuple(List.of(entry.key(), entry.value()))));
    return items;
  }

  private static Object identity(Object key) {
    return switch (key) {
      case String text -> Marks.plain(text);
      case Boolean flag -> flag ? 1L : 0L;
      case Double number when number == Math.rint(number) && Math.abs(number) < 1L << 53 ->
          number.longValue();
      case Double number -> number;
      case Long number -> number;
      case None none -> none;
      case Tuple tuple -> tuple.stream().map(Dict::identity).toList();
      default -> throw new TemplateProblem(Python.describe(key) + " cannot be a key");
    };
  }
}
