package dev.mobilellm.template.jinja.expression;

/**
 * A token inside {@code {{ }}} or {@code {% %}}.
 *
 * @param value the name or operator as written, the string's content, or the number
 */
public record Token(Kind kind, Object value) {

  /** What a token is. */
  public enum Kind {
    NAME,
    STRING,
    NUMBER,
    OPERATOR,
    END
  }

  boolean is(Kind wanted, String text) {
    return kind == wanted && value.equals(text);
  }

  @Override
  public String toString() {
    return kind == Kind.END ? "the end" : "'" + value + "'";
  }
}
