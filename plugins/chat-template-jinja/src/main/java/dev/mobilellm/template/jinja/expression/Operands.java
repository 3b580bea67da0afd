package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.expression.Expression.Parameters;
import dev.mobilellm.template.jinja.expression.Token.Kind;
import dev.mobilellm.template.jinja.python.None;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The part of the grammar below the operators: values and what stands behind them. */
final class Operands {

  private static final Expression ABSENT = new Expression.Literal(None.NONE);

  /** Names that mean something in Jinja2 which is not here. */
  private static final Set<String> UNSUPPORTED =
      Set.of("caller", "cycler", "joiner", "kwargs", "lipsum", "self", "super", "varargs");

  private final Tokens tokens;
  private final Parser parser;
  private final boolean conditional;

  Operands(Tokens tokens, Parser parser, boolean conditional) {
    this.tokens = tokens;
    this.parser = parser;
    this.conditional = conditional;
  }

  /** A constant, a name, or something in brackets. */
  Expression primary() {
    Token token = tokens.next();
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
        while (tokens.peek().kind() == Kind.STRING) {
          text.append(tokens.next().value());
        }
        yield new Expression.Literal(text.toString());
      }
      case NUMBER -> new Expression.Literal(token.value());
      case OPERATOR ->
          switch ((String) token.value()) {
            case "(" -> {
              Expression inner =
                  tokens.peek().is(Kind.OPERATOR, ")")
                      ? new Expression.Sequence(List.of(), true)
                      : parser.tuple();
              tokens.expect(")");
              yield inner;
            }
            case "[" -> list();
            case "{" -> mapping();
            default -> throw Tokens.unexpected(token);
          };
      case END -> throw Tokens.unexpected(token);
    };
  }

  private Expression list() {
    List<Expression> items = new ArrayList<>();
    while (!tokens.skip("]")) {
      if (!items.isEmpty()) {
        tokens.expect(",");
        if (tokens.skip("]")) {
          break;
        }
      }
      items.add(parser.expression());
    }
    return new Expression.Sequence(items, false);
  }

  private Expression mapping() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.skip("}")) {
      if (!keys.isEmpty()) {
        tokens.expect(",");
        if (tokens.skip("}")) {
          break;
        }
      }
      keys.add(parser.expression());
      tokens.expect(":");
      values.add(parser.expression());
    }
    return new Expression.Mapping(keys, values);
  }

  /** Attributes, items, slices and calls behind a value. */
  Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skip(".")) {
        Token member = tokens.next();
        value =
            switch (member.kind()) {
              case NAME -> new Expression.Attribute(value, (String) member.value());
              case NUMBER -> new Expression.Item(value, new Expression.Literal(member.value()));
              default -> throw Tokens.unexpected(member);
            };
      } else if (tokens.skip("[")) {
        value = subscript(value);
      } else if (tokens.skip("(")) {
        value = new Expression.Call(value, parameters());
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression value) {
    Expression from = tokens.peek().is(Kind.OPERATOR, ":") ? ABSENT : parser.expression();
    if (tokens.skip("]")) {
      return new Expression.Item(value, from);
    }
    tokens.expect(":");
    Expression to = bound();
    Expression step = tokens.skip(":") ? bound() : ABSENT;
    tokens.expect("]");
    return new Expression.Slice(value, from, to, step);
  }

  private Expression bound() {
    return tokens.peek().is(Kind.OPERATOR, ":") || tokens.peek().is(Kind.OPERATOR, "]")
        ? ABSENT
        : parser.expression();
  }

  private Parameters parameters() {
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    boolean first = true;
    while (!tokens.skip(")")) {
      if (!first) {
        tokens.expect(",");
        if (tokens.skip(")")) {
          break;
        }
      }
      first = false;
      if (tokens.peek().kind() == Kind.NAME && tokens.follows(Kind.OPERATOR, "=")) {
        String name = (String) tokens.next().value();
        tokens.next();
        if (named.put(name, parser.expression()) != null) {
          throw new TemplateProblem("the argument " + name + " is given twice");
        }
      } else if (named.isEmpty()) {
        positional.add(parser.expression());
      } else {
        throw tokens.unexpected();
      }
    }
    return new Parameters(positional, named);
  }

  /** Filters, tests and calls behind a value. */
  Expression filters(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skip("|")) {
        value = filter(value);
      } else if (tokens.skipName("is")) {
        value = test(value);
      } else if (tokens.skip("(")) {
        value = new Expression.Call(value, parameters());
      } else {
        return value;
      }
    }
  }

  /** A filter without its bar, on a value that is given. */
  Expression filter(Expression value) {
    String name = tokens.name();
    if (!conditional) {
      Filters.check(name);
    }
    return new Expression.Filter(value, name, tokens.skip("(") ? parameters() : Parameters.NONE);
  }

  private Expression test(Expression value) {
    boolean negated = tokens.skipName("not");
    String name = tokens.name();
    if (!conditional) {
      Tests.check(name);
    }
    Parameters parameters = Parameters.NONE;
    if (tokens.skip("(")) {
      parameters = parameters();
    } else if (startsArgument()) {
      parameters = new Parameters(List.of(postfix(primary())), Map.of());
    }
    Expression test = new Expression.Test(value, name, parameters);
    return negated ? new Expression.Not(test) : test;
  }

  private boolean startsArgument() {
    Token token = tokens.peek();
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
}
