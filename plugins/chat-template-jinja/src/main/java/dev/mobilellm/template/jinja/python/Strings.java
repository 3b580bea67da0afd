package dev.mobilellm.template.jinja.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * Python's strings: cut by code points, white space as Unicode has it. What is searched for is
 * compared without marks; what is cut out keeps them.
 */
public final class Strings {

  private Strings() {}

  /** Whether {@code str.isspace} counts the code point as white space. */
  public static boolean isSpace(int c) {
    return c == ' '
        || (c >= 0x9 && c <= 0xd)
        || (c >= 0x1c && c <= 0x1f)
        || c == 0x85
        || Character.isSpaceChar(c);
  }

  static List<Object> characters(String text) {
    List<Object> characters = new ArrayList<>(text.length());
    text.codePoints().forEach(c -> characters.add(Character.toString(c)));
    return characters;
  }

  /** Cuts characters off the ends: those in a set, or white space if the set is null. */
  public static String strip(String text, String set, boolean left, boolean right) {
    String plain = Marks.plain(text);
    String characters = set == null ? "" : Marks.plain(set);
    IntPredicate cut = set == null ? Strings::isSpace : c -> characters.indexOf(c) >= 0;
    int start = 0;
    int end = text.length();
    while (left && start < end && cut.test(plain.codePointAt(start))) {
      start += Character.charCount(plain.codePointAt(start));
    }
    while (right && end > start && cut.test(plain.codePointBefore(end))) {
      end -= Character.charCount(plain.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  /**
   * Cuts at each separator, at most {@code limit} times from the left; a negative limit is none.
   */
  public static List<Object> split(String text, String separator, long limit) {
    List<Object> parts = new ArrayList<>();
    String plain = Marks.plain(text);
    String wanted = separatorOf(separator);
    int start = 0;
    for (int at = plain.indexOf(wanted);
        at >= 0 && (limit < 0 || parts.size() < limit);
        at = plain.indexOf(wanted, start)) {
      parts.add(text.substring(start, at));
      start = at + wanted.length();
    }
    parts.add(text.substring(start));
    return parts;
  }

  /** {@link #split} from the right. */
  public static List<Object> splitRight(String text, String separator, long limit) {
    List<Object> parts = new ArrayList<>();
    String plain = Marks.plain(text);
    String wanted = separatorOf(separator);
    int end = text.length();
    while (limit < 0 || parts.size() < limit) {
      int at = end < wanted.length() ? -1 : plain.lastIndexOf(wanted, end - wanted.length());
      if (at < 0) {
        break;
      }
      parts.add(text.substring(at + wanted.length(), end));
      end = at;
    }
    parts.add(text.substring(0, end));
    return parts.reversed();
  }

  private static String separatorOf(String separator) {
    if (separator.isEmpty()) {
      throw new TemplateProblem("split() with an empty separator is not possible");
    }
    return Marks.plain(separator);
  }

  /** The words between white space. */
  public static List<Object> words(String text) {
    List<Object> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i < text.length(); i++) {
      boolean space = isSpace(text.charAt(i));
      if (start < 0 && !space) {
        start = i;
      } else if (start >= 0 && space) {
        words.add(text.substring(start, i));
        start = -1;
      }
    }
    if (start >= 0) {
      words.add(text.substring(start));
    }
    return words;
  }

  /** The lines, as {@code str.splitlines} cuts them. */
  public static List<Object> lines(String text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ("\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(c) >= 0) {
        int end = i;
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        lines.add(text.substring(start, keepEnds ? i + 1 : end));
        start = i + 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  /** Replaces the first {@code limit} occurrences, all if negative. */
  public static String replace(String text, String old, String replacement, long limit) {
    if (!old.isEmpty()) {
      return String.join(replacement, strings(split(text, old, limit)));
    }
    StringBuilder result = new StringBuilder();
    long left = limit < 0 ? Long.MAX_VALUE : limit;
    for (Object character : characters(text)) {
      result.append(left-- > 0 ? replacement : "").append((String) character);
    }
    return result.append(left > 0 ? replacement : "").toString();
  }

  /** Casts a list of strings. */
  public static List<String> strings(List<Object> list) {
    return list.stream().map(String.class::cast).toList();
  }

  /** First letter in upper case, the others in lower case. */
  public static String capitalize(String text) {
    String plain = Marks.plain(text);
    if (plain.isEmpty()) {
      return text;
    }
    int first = plain.offsetByCodePoints(0, 1);
    return Marks.like(text, titled(plain.codePointAt(0)) + lower(plain.substring(first)));
  }

  /** {@code str.title}: each run of letters capitalised. */
  public static String title(String text) {
    StringBuilder result = new StringBuilder();
    boolean inWord = false;
    for (int c : Marks.plain(text).codePoints().toArray()) {
      boolean cased =
          Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
      result.append(
          !cased ? Character.toString(c) : inWord ? lower(Character.toString(c)) : titled(c));
      inWord = cased;
    }
    return Marks.like(text, result.toString());
  }

  private static String titled(int c) {
    int title = Character.toTitleCase(c);
    if (title != c || Character.isTitleCase(c)) {
      return Character.toString(title);
    }
    String upper = upper(Character.toString(c));
    int first = upper.offsetByCodePoints(0, 1);
    return upper.substring(0, first) + lower(upper.substring(first));
  }

  public static String upper(String text) {
    return Marks.like(text, Marks.plain(text).toUpperCase(Locale.ROOT));
  }

  public static String lower(String text) {
    return Marks.like(text, Marks.plain(text).toLowerCase(Locale.ROOT));
  }

  /** A string as Python writes it inside a printed list, marks kept. */
  static String quote(String text) {
    String plain = Marks.plain(text);
    char quote = plain.indexOf('\'') >= 0 && plain.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder quoted = new StringBuilder().append(quote);
    for (int i = 0; i < text.length(); ) {
      int c = plain.codePointAt(i);
      int next = i + Character.charCount(c);
      switch (c) {
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c == '\\' || c == quote) {
            quoted.append('\\').append(text, i, next);
          } else if (isPrintable(c)) {
            quoted.append(text, i, next);
          } else {
            quoted.append(
                (c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c));
          }
        }
      }
      i = next;
    }
    return quoted.append(quote).toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
