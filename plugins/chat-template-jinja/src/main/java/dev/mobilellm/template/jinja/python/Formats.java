package dev.mobilellm.template.jinja.python;

import java.util.Iterator;
import java.util.List;

/** {@code 'format' % values}: the conversions s, d, i and %% without width or precision. */
public final class Formats {

  private Formats() {}

  /** Fills in the values: a tuple's items, or one value. */
  public static String percent(String format, Object values) {
    if (values instanceof Dict) {
      throw Python.unsupported("'%' with a dict");
    }
    Iterator<Object> next = (values instanceof Tuple tuple ? tuple : List.of(values)).iterator();
    StringBuilder result = new StringBuilder();
    String plain = Marks.plain(format);
    int start = 0;
    for (int at = plain.indexOf('%'); at >= 0; at = plain.indexOf('%', start)) {
      result.append(format, start, at);
      char conversion = at + 1 < plain.length() ? plain.charAt(at + 1) : ' ';
      result.append(conversion == '%' ? "%" : converted(conversion, next));
      start = at + 2;
    }
    if (next.hasNext()) {
      throw new TemplateProblem("a format has more values than places");
    }
    return result.append(format.substring(start)).toString();
  }

  private static String converted(char conversion, Iterator<Object> values) {
    if (!values.hasNext()) {
      throw new TemplateProblem("a format has fewer values than places");
    }
    Object value = values.next();
    return switch (conversion) {
      case 's' -> Python.print(value);
      case 'd', 'i' ->
          Long.toString(
              value instanceof Double number && Math.abs(number) < 1L << 53
                  ? number.longValue()
                  : Numbers.integer(value));
      default -> throw new TemplateProblem("the format %" + conversion + " is not supported");
    };
  }
}
