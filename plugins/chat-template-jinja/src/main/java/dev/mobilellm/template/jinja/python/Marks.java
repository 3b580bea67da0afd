package dev.mobilellm.template.jinja.python;

/**
 * Tells characters that a user typed from characters that the template wrote, inside one string.
 *
 * <p>A typed character from {@code '!'} to {@code '~'} is replaced by a lone low surrogate, 0xDC00
 * more, one for one; no valid text has one. So lengths and positions stay as they are, and a
 * control token can only be found where the template wrote each of those characters of its
 * spelling, however a template cuts and joins strings. Operations compare strings by {@link #plain}
 * and cut the marked ones. White space and characters beyond ASCII are not marked.
 */
public final class Marks {

  private static final int OFFSET = 0xDC00;

  private Marks() {}

  /** The text as typed by a user. A lone surrogate becomes U+FFFD: no UTF-8 can hold it. */
  public static String mark(String text) {
    char[] chars = text.toCharArray();
    for (int i = 0; i < chars.length; i++) {
      char c = chars[i];
      if (isMarkable(c)) {
        chars[i] = (char) (OFFSET + c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < chars.length
          && Character.isLowSurrogate(chars[i + 1])) {
        i++;
      } else if (Character.isSurrogate(c)) {
        chars[i] = '\uFFFD';
      }
    }
    return new String(chars);
  }

  /** The text without marks; of the same length. */
  public static String plain(String text) {
    int first = firstMark(text);
    if (first < 0) {
      return text;
    }
    char[] chars = text.toCharArray();
    for (int i = first; i < chars.length; i++) {
      if (isMark(chars, i)) {
        chars[i] -= OFFSET;
      }
    }
    return new String(chars);
  }

  /** Whether any character is marked. */
  public static boolean isMarked(String text) {
    return firstMark(text) >= 0;
  }

  /** A text made from another as a whole, letter case for instance: typed if the other was. */
  public static String like(String origin, String result) {
    return isMarked(origin) ? mark(result) : result;
  }

  /** Whether a character can carry a mark. */
  public static boolean isMarkable(int c) {
    return c > ' ' && c < 0x7f;
  }

  private static int firstMark(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)) {
        i++;
      } else if (Character.isLowSurrogate(c)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isMark(char[] chars, int i) {
    return Character.isLowSurrogate(chars[i])
        && (i == 0 || !Character.isHighSurrogate(chars[i - 1]));
  }
}
