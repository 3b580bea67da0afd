package dev.mobilellm.launcher.chat;

/**
 * Messages of several lines: a line that ends in a backslash goes on in the next one, and {@code
 * """} begins a block that ends with the next line that ends in {@code """}. Two backslashes at the
 * end of a line are two backslashes, as LaTeX has them.
 */
final class Multiline {

  private static final String QUOTES = "\"\"\"";

  private Multiline() {}

  /** Whether the lines typed so far, joined by line breaks, are a whole message. */
  static boolean isComplete(String typed) {
    if (typed.startsWith(QUOTES)) {
      return typed.length() >= 2 * QUOTES.length() && typed.stripTrailing().endsWith(QUOTES);
    }
    return !goesOn(typed);
  }

  /** The message without its marks; of an incomplete one, what is there. */
  static String text(String typed) {
    if (typed.startsWith(QUOTES)) {
      String block = typed.substring(QUOTES.length());
      String closed = block.stripTrailing();
      String inside =
          closed.endsWith(QUOTES) ? closed.substring(0, closed.length() - QUOTES.length()) : block;
      return inside.replaceFirst("\\A\n", "").replaceFirst("\n\\z", "");
    }
    StringBuilder text = new StringBuilder();
    for (String line : typed.split("\n", -1)) {
      text.append(goesOn(line) ? line.substring(0, line.length() - 1) : line).append('\n');
    }
    return text.substring(0, text.length() - 1);
  }

  private static boolean goesOn(String line) {
    int backslashes = 0;
    while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }
}
