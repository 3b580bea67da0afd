package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.expression.Token.Kind;
import dev.mobilellm.template.jinja.python.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Jinja2's grammar of expressions. Unknown filters, tests and what is not supported are errors. */
public final class Parser {

  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final Tokens tokens;
  private final Operands operands;

  /**
   * @param tokens of one tag; the parser takes what belongs to an expression
   * @param conditional whether the tag may never be reached: unknown filters and tests are then an
   *     error of the rendering, as in Jinja2
   */
  public Parser(Tokens tokens, boolean conditional) {
    this.tokens = tokens;
    this.operands = new Operands(tokens, this, conditional);
  }

  /** An expression, or a tuple without parentheses. */
  public Expression tuple() {
    return tuple(true);
  }

  /** A tuple in which {@code if} does not belong to an item, as after {@code in} of a loop. */
  public Expression tupleWithoutConditional() {
    return tuple(false);
  }

  private Expression tuple(boolean conditional) {
    List<Expression> items = new ArrayList<>();
    boolean comma = false;
    while (!closes()) {
      items.add(conditional ? expression() : or());
      if (!tokens.skip(",")) {
        break;
      }
      comma = true;
    }
    if (items.isEmpty()) {
      throw tokens.unexpected();
    }
    return comma ? new Expression.Sequence(items, true) : items.getFirst();
  }

  private boolean closes() {
    Token token = tokens.peek();
    return token.kind() == Kind.END || token.is(Kind.OPERATOR, ")");
  }

  /** An expression with {@code a if b else c}. */
  public Expression expression() {
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression condition = or();
      Expression otherwise =
          tokens.skipName("else")
              ? expression()
              : new Expression.Literal(new Undefined("an inline if without else"));
      value = new Expression.Conditional(condition, value, otherwise);
    }
    return value;
  }

  /** An expression without a conditional. */
  public Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    return tokens.skipName("not") ? new Expression.Not(not()) : comparison();
  }

  private Expression comparison() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    while (true) {
      Token token = tokens.peek();
      if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.value())) {
        operators.add((String) tokens.next().value());
      } else if (tokens.skipName("in")) {
        operators.add("in");
      } else if (token.is(Kind.NAME, "not") && tokens.follows(Kind.NAME, "in")) {
        tokens.next();
        tokens.next();
        operators.add("not in");
      } else {
        break;
      }
      others.add(sum());
    }
    return operators.isEmpty() ? first : new Expression.Comparison(first, operators, others);
  }

  private Expression sum() {
    Expression left = concatenation();
    while (tokens.peek().is(Kind.OPERATOR, "+") || tokens.peek().is(Kind.OPERATOR, "-")) {
      left = new Expression.Arithmetic((String) tokens.next().value(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (tokens.skip("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.getFirst() : new Expression.Concatenation(parts);
  }

  private Expression product() {
    Expression left = power();
    while (tokens.peek().kind() == Kind.OPERATOR
        && Set.of("*", "/", "//", "%").contains(tokens.peek().value())) {
      left = new Expression.Arithmetic((String) tokens.next().value(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (tokens.skip("**")) {
      left = new Expression.Arithmetic("**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean filtered) {
    Token token = tokens.peek();
    boolean signed = token.is(Kind.OPERATOR, "-") || token.is(Kind.OPERATOR, "+");
    Expression value =
        operands.postfix(
            signed
                ? new Expression.Sign(tokens.next().value().equals("-"), unary(false))
                : operands.primary());
    return filtered ? operands.filters(value) : value;
  }

  /** A filter without its bar, on a value that is given. */
  public Expression filter(Expression value) {
    return operands.filter(value);
  }
}
