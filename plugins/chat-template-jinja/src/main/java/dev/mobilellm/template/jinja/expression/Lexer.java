package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.expression.Token.Kind;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts the inside of a tag into tokens, up to the tag's end outside all brackets. */
public final class Lexer {

  private static final Pattern SPACE = Pattern.compile("[\\s\\x1c-\\x1f\\x85\\p{Z}]+");
  private static final Pattern NAME =
      Pattern.compile("[\\p{IsAlphabetic}_][\\p{IsAlphabetic}\\p{IsDigit}_]*");
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?[eE][+-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile("0[bB](_?[01])+|0[oO](_?[0-7])+|0[xX](_?[0-9a-fA-F])+|[1-9](_?\\d)*|0(_?0)*");
  private static final Pattern STRING =
      Pattern.compile(
          "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"",
          Pattern.DOTALL);
  private static final Pattern OPERATOR =
      Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");

  private final String source;
  private int position;

  /**
   * @param source the template
   * @param position behind the opening of the tag
   */
  public Lexer(String source, int position) {
    this.source = source;
    this.position = position;
  }

  /** Where the tokens that {@link #tokens} gave end: at the closing of the tag. */
  public int position() {
    return position;
  }

  /**
   * The tokens up to the closing, which is not consumed.
   *
   * @param closing {@code %}} or {@code }}} with an optional sign before it
   */
  public List<Token> tokens(Pattern closing) {
    List<Token> tokens = new ArrayList<>();
    Deque<Character> open = new ArrayDeque<>();
    while (position < source.length()) {
      if (open.isEmpty() && at(closing) != null) {
        tokens.add(new Token(Kind.END, ""));
        return tokens;
      }
      if (take(SPACE) != null) {
        continue;
      }
      Token token = next();
      if (token.kind() == Kind.OPERATOR) {
        balance(open, ((String) token.value()).charAt(0));
      }
      tokens.add(token);
    }
    throw new TemplateProblem("a tag is not closed");
  }

  private static void balance(Deque<Character> open, char bracket) {
    switch (bracket) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty() || open.pop() != bracket) {
          throw new TemplateProblem("unexpected '" + bracket + "'");
        }
      }
      default -> {}
    }
  }

  private Token next() {
    String text = take(FLOAT);
    if (text != null) {
      return new Token(Kind.NUMBER, Double.valueOf(text.replace("_", "")));
    }
    if ((text = take(INTEGER)) != null) {
      return new Token(Kind.NUMBER, integer(text.replace("_", "")));
    }
    if ((text = take(NAME)) != null) {
      return new Token(Kind.NAME, text);
    }
    if ((text = take(STRING)) != null) {
      return new Token(Kind.STRING, unescape(text.substring(1, text.length() - 1)));
    }
    if ((text = take(OPERATOR)) != null) {
      return new Token(Kind.OPERATOR, text);
    }
    throw new TemplateProblem(
        "unexpected '" + Character.toString(source.codePointAt(position)) + "'");
  }

  private static Long integer(String text) {
    int radix =
        text.length() < 2
            ? 10
            : switch (Character.toLowerCase(text.charAt(1))) {
              case 'b' -> 2;
              case 'o' -> 8;
              case 'x' -> 16;
              default -> 10;
            };
    try {
      return Long.valueOf(radix == 10 ? text : text.substring(2), radix);
    } catch (NumberFormatException e) {
      throw new TemplateProblem("the integer " + text + " is beyond 64 bits");
    }
  }

  private Matcher at(Pattern pattern) {
    Matcher matcher = pattern.matcher(source).region(position, source.length());
    return matcher.useTransparentBounds(true).lookingAt() ? matcher : null;
  }

  private String take(Pattern pattern) {
    Matcher matcher = at(pattern);
    if (matcher == null) {
      return null;
    }
    position = matcher.end();
    return matcher.group();
  }

  /** The escapes of a Python string literal; an unknown one stays as it is. */
  static String unescape(String literal) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < literal.length(); i++) {
      char c = literal.charAt(i);
      if (c != '\\' || i + 1 == literal.length()) {
        text.append(c);
        continue;
      }
      char escape = literal.charAt(++i);
      int simple = "abfnrtv\\'\"".indexOf(escape);
      int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
      if (simple >= 0) {
        text.append("\u0007\b\f\n\r\t\u000b\\'\"".charAt(simple));
      } else if (digits > 0) {
        text.appendCodePoint(codePoint(literal, i + 1, digits));
        i += digits;
      } else if (escape >= '0' && escape <= '7') {
        int end = i + 1;
        while (end < literal.length()
            && end < i + 3
            && "01234567".indexOf(literal.charAt(end)) >= 0) {
          end++;
        }
        text.appendCodePoint(Integer.parseInt(literal.substring(i, end), 8));
        i = end - 1;
      } else if (escape == 'N') {
        throw new TemplateProblem("the escape \\N is not supported");
      } else if (escape != '\n') {
        text.append('\\').append(escape);
      }
    }
    return text.toString();
  }

  private static int codePoint(String literal, int start, int digits) {
    try {
      int c = Integer.parseInt(literal.substring(start, start + digits), 16);
      if (Character.isValidCodePoint(c) && (c < 0xd800 || c > 0xdfff)) {
        return c;
      }
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      // Said below.
    }
    throw new TemplateProblem("a string has a broken escape");
  }
}
