package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.expression.Expression.Parameters;
import dev.mobilellm.template.jinja.expression.Token.Kind;
import dev.mobilellm.template.jinja.python.None;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import dev.mobilellm.template.jinja.python.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Jinja2's grammar of expressions. Unknown filters, tests and what is not supported are errors. */
public final class Parser {

  private static final Expression ABSENT = new Expression.Literal(None.NONE);
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /** Names that mean something in Jinja2 which is not here. */
  private static final Set<String> UNSUPPORTED =
      Set.of("caller", "cycler", "joiner", "kwargs", "lipsum", "self", "super", "varargs");

  private final List<Token> tokens;
  private final boolean conditional;
  private int position;

  /**
   * @param tokens of one tag, with the end
   * @param conditional whether the tag may never be reached: unknown filters and tests are then an
   *     error of the rendering, as in Jinja2
   */
  public Parser(List<Token> tokens, boolean conditional) {
    this.tokens = tokens;
    this.conditional = conditional;
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
      if (!skip(",")) {
        break;
      }
      comma = true;
    }
    if (items.isEmpty()) {
      throw unexpected();
    }
    return comma ? new Expression.Sequence(items, true) : items.getFirst();
  }

  private boolean closes() {
    Token token = peek();
    return token.kind() == Kind.END || token.is(Kind.OPERATOR, ")");
  }

  /** An expression with {@code a if b else c}. */
  public Expression expression() {
    Expression value = or();
    while (skipName("if")) {
      Expression condition = or();
      Expression otherwise =
          skipName("else")
              ? expression()
              : new Expression.Literal(new Undefined("an inline if without else"));
      value = new Expression.Conditional(condition, value, otherwise);
    }
    return value;
  }

  /** An expression without a conditional. */
  public Expression or() {
    Expression left = and();
    while (skipName("or")) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (skipName("and")) {
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    return skipName("not") ? new Expression.Not(not()) : comparison();
  }

  private Expression comparison() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    while (true) {
      Token token = peek();
      if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.value())) {
        operators.add((String) next().value());
      } else if (skipName("in")) {
        operators.add("in");
      } else if (token.is(Kind.NAME, "not") && tokens.get(position + 1).is(Kind.NAME, "in")) {
        position += 2;
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
    while (peek().is(Kind.OPERATOR, "+") || peek().is(Kind.OPERATOR, "-")) {
      left = new Expression.Arithmetic((String) next().value(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (skip("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.getFirst() : new Expression.Concatenation(parts);
  }

  private Expression product() {
    Expression left = power();
    while (peek().kind() == Kind.OPERATOR && Set.of("*", "/", "//", "%").contains(peek().value())) {
      left = new Expression.Arithmetic((String) next().value(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (skip("**")) {
      left = new Expression.Arithmetic("**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean filtered) {
    Expression value =
        peek().is(Kind.OPERATOR, "-") || peek().is(Kind.OPERATOR, "+")
            ? new Expression.Sign(next().value().equals("-"), unary(false))
            : primary();
    value = postfix(value);
    return filtered ? filters(value) : value;
  }

  private Expression primary() {
    Token token = next();
    return switch (token.kind()) {
      case NAME ->
          switch ((String) token.value()) {
            case "true", "True" -> new Expression.Literal(true);
            case "false", "False" -> new Expression.Literal(false);
            case "none", "None" -> ABSENT;
            case String name when UNSUPPORTED.contains(name) ->
                throw new TemplateProblem("'" + name + "' is not supported");
            case String name -> new Expression.Name(name);
          };
      case STRING -> {
        StringBuilder text = new StringBuilder((String) token.value());
        while (peek().kind() == Kind.STRING) {
          text.append(next().value());
        }
        yield new Expression.Literal(text.toString());
      }
      case NUMBER -> new Expression.Literal(token.value());
      case OPERATOR ->
          switch ((String) token.value()) {
            case "(" -> {
              Expression inner =
                  peek().is(Kind.OPERATOR, ")")
                      ? new Expression.Sequence(List.of(), true)
                      : tuple();
              expect(")");
              yield inner;
            }
            case "[" -> list();
            case "{" -> mapping();
            default -> throw unexpected(token);
          };
      case END -> throw unexpected(token);
    };
  }

  private Expression list() {
    List<Expression> items = new ArrayList<>();
    while (!skip("]")) {
      if (!items.isEmpty()) {
        expect(",");
        if (skip("]")) {
          break;
        }
      }
      items.add(expression());
    }
    return new Expression.Sequence(items, false);
  }

  private Expression mapping() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!skip("}")) {
      if (!keys.isEmpty()) {
        expect(",");
        if (skip("}")) {
          break;
        }
      }
      keys.add(expression());
      expect(":");
      values.add(expression());
    }
    return new Expression.Mapping(keys, values);
  }

  private Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      if (skip(".")) {
        Token member = next();
        value =
            switch (member.kind()) {
              case NAME -> new Expression.Attribute(value, (String) member.value());
              case NUMBER -> new Expression.Item(value, new Expression.Literal(member.value()));
              default -> throw unexpected(member);
            };
      } else if (skip("[")) {
        value = subscript(value);
      } else if (skip("(")) {
        value = new Expression.Call(value, parameters());
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression value) {
    Expression from = peek().is(Kind.OPERATOR, ":") ? ABSENT : expression();
    if (skip("]")) {
      return new Expression.Item(value, from);
    }
    expect(":");
    Expression to = bound();
    Expression step = skip(":") ? bound() : ABSENT;
    expect("]");
    return new Expression.Slice(value, from, to, step);
  }

  private Expression bound() {
    return peek().is(Kind.OPERATOR, ":") || peek().is(Kind.OPERATOR, "]") ? ABSENT : expression();
  }

  private Parameters parameters() {
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    boolean first = true;
    while (!skip(")")) {
      if (!first) {
        expect(",");
        if (skip(")")) {
          break;
        }
      }
      first = false;
      if (peek().kind() == Kind.NAME && tokens.get(position + 1).is(Kind.OPERATOR, "=")) {
        String name = (String) next().value();
        next();
        if (named.put(name, expression()) != null) {
          throw new TemplateProblem("the argument " + name + " is given twice");
        }
      } else if (named.isEmpty()) {
        positional.add(expression());
      } else {
        throw unexpected();
      }
    }
    return new Parameters(positional, named);
  }

  private Expression filters(Expression start) {
    Expression value = start;
    while (true) {
      if (skip("|")) {
        value = filter(value);
      } else if (skipName("is")) {
        value = test(value);
      } else if (skip("(")) {
        value = new Expression.Call(value, parameters());
      } else {
        return value;
      }
    }
  }

  /** A filter without its bar, on a value that is given. */
  public Expression filter(Expression value) {
    String name = name();
    if (!conditional) {
      Filters.check(name);
    }
    return new Expression.Filter(value, name, skip("(") ? parameters() : Parameters.NONE);
  }

  private Expression test(Expression value) {
    boolean negated = skipName("not");
    String name = name();
    if (!conditional) {
      Tests.check(name);
    }
    Parameters parameters = Parameters.NONE;
    if (skip("(")) {
      parameters = parameters();
    } else if (startsArgument()) {
      parameters = new Parameters(List.of(postfix(primary())), Map.of());
    }
    Expression test = new Expression.Test(value, name, parameters);
    return negated ? new Expression.Not(test) : test;
  }

  private boolean startsArgument() {
    Token token = peek();
    return switch (token.kind()) {
      case NAME -> {
        if (token.value().equals("is")) {
          throw new TemplateProblem("two tests in a row");
        }
        yield !Set.of("else", "or", "and").contains(token.value());
      }
      case STRING, NUMBER -> true;
      case OPERATOR -> token.value().equals("[") || token.value().equals("{");
      case END -> false;
    };
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

  private Token peek() {
    return tokens.get(position);
  }

  private Token next() {
    Token token = tokens.get(position);
    position += token.kind() == Kind.END ? 0 : 1;
    return token;
  }

  private TemplateProblem unexpected() {
    return unexpected(peek());
  }

  private static TemplateProblem unexpected(Token token) {
    return new TemplateProblem("unexpected " + token);
  }
}
