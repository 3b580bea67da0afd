package dev.mobilellm.template.jinja;

import dev.mobilellm.template.jinja.expression.Lexer;
import dev.mobilellm.template.jinja.expression.Token;
import dev.mobilellm.template.jinja.python.Strings;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into text and tags and settles all white space, as Jinja2 does with {@code
 * trim_blocks} and {@code lstrip_blocks}, which Transformers sets for chat templates.
 */
final class TemplateScanner {

  /** A piece of a template. */
  sealed interface Piece {}

  /** Text to print as it is. */
  record Text(String text) implements Piece {}

  /** {@code {{ tokens }}}. */
  record Output(List<Token> tokens, int line) implements Piece {}

  /** {@code {% tokens %}}. */
  record Block(List<Token> tokens, int line) implements Piece {}

  /** White space as Python's regular expressions see it. */
  private static final String SPACE = "[\\s\\x1c-\\x1f\\x85\\p{Z}]*";

  private static final Pattern OPENING = Pattern.compile("\\{([{%#])([-+]?)");
  private static final Pattern RAW =
      Pattern.compile("\\{%([-+]?)" + SPACE + "raw" + SPACE + "(?:-%\\}" + SPACE + "|%\\})");
  private static final Pattern RAW_END =
      Pattern.compile(
          "\\{%([-+]?)" + SPACE + "endraw" + SPACE + "(?:\\+%\\}|-%\\}" + SPACE + "|%\\}\\n?)");
  private static final Pattern COMMENT_END = Pattern.compile("\\+#\\}|-#\\}" + SPACE + "|#\\}\\n?");
  private static final Pattern BLOCK_END = Pattern.compile("\\+%\\}|-%\\}" + SPACE + "|%\\}\\n?");
  private static final Pattern OUTPUT_END = Pattern.compile("-\\}\\}" + SPACE + "|\\}\\}");

  private final String source;
  private final List<Piece> pieces = new ArrayList<>();
  private int position;

  /** Whether text that starts here starts a line. */
  private boolean lineStart = true;

  private TemplateScanner(String source) {
    this.source = source;
  }

  /** The pieces of a template; no two texts follow each other but around comments. */
  static List<Piece> scan(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    TemplateScanner scanner = new TemplateScanner(source);
    Matcher opening = OPENING.matcher(source);
    while (opening.find(scanner.position)) {
      try {
        scanner.piece(opening);
      } catch (TemplateProblem e) {
        throw e.at(scanner.line(opening.start()));
      }
    }
    scanner.text(source.substring(scanner.position));
    return scanner.pieces;
  }

  private void piece(Matcher opening) {
    Matcher raw = RAW.matcher(source).region(opening.start(), source.length());
    char kind = opening.group(1).charAt(0);
    String before = source.substring(position, opening.start());
    text(settle(before, opening.group(2), kind != '{'));
    if (raw.lookingAt()) {
      raw(raw.end());
      return;
    }
    int line = line(opening.start());
    if (kind == '#') {
      close(COMMENT_END.matcher(source), opening.end());
      return;
    }
    Pattern closing = kind == '{' ? OUTPUT_END : BLOCK_END;
    Lexer lexer = new Lexer(source, opening.end());
    List<Token> tokens = lexer.tokens(closing);
    pieces.add(kind == '{' ? new Output(tokens, line) : new Block(tokens, line));
    close(closing.matcher(source), lexer.position());
  }

  private void raw(int start) {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(start)) {
      throw new TemplateProblem("'raw' is not closed");
    }
    lineStart = source.charAt(start - 1) == '\n';
    text(settle(source.substring(start, end.start()), end.group(1), true));
    position = end.end();
    lineStart = source.charAt(position - 1) == '\n';
  }

  private void close(Matcher closing, int from) {
    if (!closing.find(from)) {
      throw new TemplateProblem("a comment is not closed");
    }
    position = closing.end();
    lineStart = source.charAt(position - 1) == '\n';
  }

  /** Text before a tag: without white space at its end, if the tag says so or stands alone. */
  private String settle(String text, String sign, boolean block) {
    if (sign.equals("-")) {
      return Strings.strip(text, null, false, true);
    }
    int start = text.lastIndexOf('\n') + 1;
    boolean alone =
        block
            && sign.isEmpty()
            && (start > 0 || lineStart)
            && text.substring(start).chars().allMatch(Strings::isSpace);
    return alone ? text.substring(0, start) : text;
  }

  private void text(String text) {
    if (!text.isEmpty()) {
      pieces.add(new Text(text));
    }
  }

  private int line(int index) {
    return 1 + (int) source.chars().limit(index).filter(c -> c == '\n').count();
  }
}
