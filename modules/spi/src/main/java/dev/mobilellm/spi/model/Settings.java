package dev.mobilellm.spi.model;

import dev.mobilellm.spi.ModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A JSON object as a read-only tree of {@link Map}, {@link List}, {@link String}, {@link Number},
 * {@link Boolean} and null, with accessors whose errors name file, key, what was wanted and what
 * was found. A null value counts as absent. Immutable as long as the given tree is.
 */
public final class Settings {

  private final String source;
  private final Map<String, Object> values;

  /**
   * @param source for messages: the file, and inside it the path, {@code config.json}
   * @param values the tree; not copied
   */
  public Settings(String source, Map<String, Object> values) {
    this.source = Objects.requireNonNull(source, "source");
    this.values = Collections.unmodifiableMap(values);
  }

  /** Where this comes from, for messages. */
  public String source() {
    return source;
  }

  /** The tree itself. */
  public Map<String, Object> values() {
    return values;
  }

  /** The value, or empty if it is absent or null. */
  public Optional<Object> find(String key) {
    return Optional.ofNullable(values.get(key));
  }

  public boolean has(String key) {
    return values.get(key) != null;
  }

  /** A whole number of at least 1. */
  public int positive(String key) {
    return find(key).map(value -> positive(key, value)).orElseThrow(() -> absent(key, "number"));
  }

  /** A whole number of at least 1, or the fallback if absent. */
  public int positive(String key, int fallback) {
    return find(key).map(value -> positive(key, value)).orElse(fallback);
  }

  /** A finite number. */
  public double number(String key) {
    return find(key).map(value -> finite(key, value)).orElseThrow(() -> absent(key, "number"));
  }

  /** A finite number, or the fallback if absent. */
  public double number(String key, double fallback) {
    return find(key).map(value -> finite(key, value)).orElse(fallback);
  }

  /** true or false, or the fallback if absent. */
  public boolean flag(String key, boolean fallback) {
    return find(key)
        .map(
            value -> {
              if (value instanceof Boolean flag) {
                return flag;
              }
              throw wrong(key, "true or false", value);
            })
        .orElse(fallback);
  }

  /** A string, or empty if absent. */
  public Optional<String> text(String key) {
    return find(key)
        .map(
            value -> {
              if (value instanceof String text) {
                return text;
              }
              throw wrong(key, "a string", value);
            });
  }

  /** A list of whole numbers; a single number counts as a list of one; empty if absent. */
  public List<Integer> integers(String key) {
    Object value = values.get(key);
    if (value == null) {
      return List.of();
    }
    List<Integer> numbers = new ArrayList<>();
    for (Object element : value instanceof List<?> list ? list : List.of(value)) {
      numbers.add(whole(key, element));
    }
    return List.copyOf(numbers);
  }

  /** A list of strings; empty if absent. */
  public List<String> texts(String key) {
    Object value = values.get(key);
    if (value == null) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (Object element : value instanceof List<?> list ? list : List.of(value)) {
      if (!(element instanceof String text)) {
        throw wrong(key, "a list of strings", value);
      }
      texts.add(text);
    }
    return List.copyOf(texts);
  }

  /** A nested object, or empty if absent. */
  public Optional<Settings> object(String key) {
    return find(key)
        .map(
            value -> {
              if (value instanceof Map<?, ?> map) {
                @SuppressWarnings("unchecked") // keys of a JSON object are strings
                Map<String, Object> tree = (Map<String, Object>) map;
                return new Settings(source + ", \"" + key + "\"", tree);
              }
              throw wrong(key, "an object", value);
            });
  }

  /** The error for a value that is not what was wanted. */
  public ModelException wrong(String key, String wanted, Object found) {
    String shown = found instanceof String text ? "\"" + text + "\"" : String.valueOf(found);
    if (shown.length() > 60) {
      shown = shown.substring(0, 57) + "...";
    }
    return new ModelException(
        "%s: \"%s\" should be %s, found %s.".formatted(source, key, wanted, shown));
  }

  private ModelException absent(String key, String kind) {
    return new ModelException("%s: the %s \"%s\" is missing.".formatted(source, kind, key));
  }

  private int positive(String key, Object value) {
    int number = whole(key, value);
    if (number < 1) {
      throw wrong(key, "a whole number of at least 1", value);
    }
    return number;
  }

  private int whole(String key, Object value) {
    if (value instanceof Number number
        && number.doubleValue() == Math.rint(number.doubleValue())
        && Math.abs(number.doubleValue()) <= Integer.MAX_VALUE) {
      return number.intValue();
    }
    throw wrong(key, "a whole number", value);
  }

  private double finite(String key, Object value) {
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw wrong(key, "a number", value);
  }
}
