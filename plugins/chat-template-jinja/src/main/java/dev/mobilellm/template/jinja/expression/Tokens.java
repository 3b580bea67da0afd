package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.expression.Token.Kind;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.util.List;

/** The tokens of one tag, taken one after the other. */
public final class Tokens {

  private final List<Token> tokens;
  private int position;

  /**
   * @param tokens with the end
   */
  public Tokens(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** Whether the token after the next one is this. */
  boolean follows(Kind kind, String text) {
    return position + 1 < tokens.size() && tokens.get(position + 1).is(kind, text);
  }

  /** A name. */
  public String name() {
    Token token = next();
    if (token.kind() != Kind.NAME) {
      throw unexpected(token);
    }
    return (String) token.value();
  }

  /** Takes an operator if it is next. */
  public boolean skip(String operator) {
    return skip(Kind.OPERATOR, operator);
  }

  /** Takes a keyword if it is next. */
  public boolean skipName(String keyword) {
    return skip(Kind.NAME, keyword);
  }

  private boolean skip(Kind kind, String text) {
    if (!peek().is(kind, text)) {
      return false;
    }
    position++;
    return true;
  }

  /** Takes an operator that must be next. */
  public void expect(String operator) {
    if (!skip(operator)) {
      throw unexpected();
    }
  }

  /** Takes a keyword that must be next. */
  public void expectName(String keyword) {
    if (!skipName(keyword)) {
      throw unexpected();
    }
  }

  /** Whether all tokens are taken. */
  public boolean atEnd() {
    return peek().kind() == Kind.END;
  }

  /** Checks that nothing is left. */
  public void end() {
    if (!atEnd()) {
      throw unexpected();
    }
  }

  Token peek() {
    return tokens.get(position);
  }

  Token next() {
    Token token = tokens.get(position);
    position += token.kind() == Kind.END ? 0 : 1;
    return token;
  }

  TemplateProblem unexpected() {
    return unexpected(peek());
  }

  static TemplateProblem unexpected(Token token) {
    return new TemplateProblem("unexpected " + token);
  }
}
