package dev.mobilellm.template.jinja.python;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code json.dumps} as Transformers calls it for the filter {@code tojson}: no HTML escapes.
 *
 * @param indent what a level is indented by; null writes all on one line
 * @param itemSeparator between items, on one line with a space
 * @param keySeparator between key and value
 * @param escapeNonAscii whether characters beyond ASCII become {@code \\uXXXX}
 * @param sortKeys whether keys are sorted
 */
public record Json(
    String indent,
    String itemSeparator,
    String keySeparator,
    boolean escapeNonAscii,
    boolean sortKeys) {

  /** The value as JSON, marks kept. */
  public String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(out, value, "\n");
    return out.toString();
  }

  private void write(StringBuilder out, Object value, String newline) {
    switch (value) {
      case None none -> out.append("null");
      case Boolean flag -> out.append(flag);
      case Long number -> out.append(number);
      case Double number ->
          out.append(
              Double.isFinite(number)
                  ? Numbers.print(number)
                  : Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
      case String text -> string(out, text);
      case Range range -> throw Python.unsupported("JSON of a range");
      case List<?> list -> items(out, "[", list, "]", newline);
      case Dict dict -> {
        List<Object> keys = new ArrayList<>(dict.keys());
        if (sortKeys) {
          keys.sort(Python::compare);
        }
        List<Object[]> pairs = new ArrayList<>();
        keys.forEach(key -> pairs.add(new Object[] {key, dict.get(key)}));
        items(out, "{", pairs, "}", newline);
      }
      case Undefined undefined -> throw undefined.problem();
      default -> throw Python.unsupported("JSON of " + Python.describe(value));
    }
  }

  private void items(StringBuilder out, String open, List<?> items, String close, String newline) {
    out.append(open);
    String inner = indent == null ? "" : newline + indent;
    String separator = "";
    for (Object item : items) {
      out.append(separator).append(inner);
      if (item instanceof Object[] pair) {
        string(out, key(pair[0]));
        out.append(keySeparator);
        write(out, pair[1], inner);
      } else {
        write(out, item, inner);
      }
      separator = itemSeparator;
    }
    out.append(indent == null || items.isEmpty() ? "" : newline).append(close);
  }

  private static String key(Object key) {
    return switch (key) {
      case String text -> text;
      case None none -> "null";
      case Boolean flag -> flag.toString();
      case Long number -> number.toString();
      case Double number -> Numbers.print(number);
      default -> throw Python.unsupported(Python.describe(key) + " as a JSON key");
    };
  }

  private void string(StringBuilder out, String text) {
    String plain = Marks.plain(text);
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = plain.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '"', '\\' -> out.append('\\').append(text.charAt(i));
        default -> {
          if (c < 0x20 || (escapeNonAscii && c > 0x7e)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(text.charAt(i));
          }
        }
      }
    }
    out.append('"');
  }
}
