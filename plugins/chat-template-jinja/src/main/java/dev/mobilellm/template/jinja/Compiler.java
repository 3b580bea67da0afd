package dev.mobilellm.template.jinja;

import dev.mobilellm.template.jinja.Program.Unit;
import dev.mobilellm.template.jinja.expression.Expression;
import dev.mobilellm.template.jinja.expression.Parser;
import dev.mobilellm.template.jinja.expression.Token;
import dev.mobilellm.template.jinja.expression.Tokens;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Compiles a template. Every expression is parsed here, with Jinja2's grammar; what Jinjava gets is
 * a skeleton in which each text, output and tag is a number: {@code {{ 0 }}{% if 1 %}{{ 2 }}{%
 * endif %}}.
 */
final class Compiler {

  /** A tag that waits for its end. */
  private record Open(String end, String skeletonEnd, int line) {}

  private final StringBuilder skeleton = new StringBuilder();
  private final List<Unit> units = new ArrayList<>();
  private final Deque<Open> open = new ArrayDeque<>();

  private Compiler() {}

  /**
   * Compiles.
   *
   * @throws TemplateProblem with a line, if it is broken or uses what is not supported
   */
  static Program compile(String template) {
    Compiler compiler = new Compiler();
    for (TemplateScanner.Piece piece : TemplateScanner.scan(template)) {
      switch (piece) {
        case TemplateScanner.Text(String text) -> compiler.output(new Program.Text(text));
        case TemplateScanner.Output(List<Token> tokens, int line) -> {
          compiler.located(line, () -> compiler.expression(new Tokens(tokens), line));
        }
        case TemplateScanner.Block(List<Token> tokens, int line) ->
            compiler.located(line, () -> compiler.tag(new Tokens(tokens), line));
      }
    }
    if (!compiler.open.isEmpty()) {
      Open left = compiler.open.peek();
      throw new TemplateProblem(left.line(), "'" + left.end() + "' is missing");
    }
    return new Program(compiler.skeleton.toString(), compiler.units);
  }

  private boolean isConditional() {
    return open.stream()
        .anyMatch(block -> block.end().equals("endif") || block.end().equals("endmacro"));
  }

  private void located(int line, Runnable work) {
    try {
      work.run();
    } catch (TemplateProblem e) {
      throw e.at(line);
    }
  }

  private void expression(Tokens tokens, int line) {
    Expression expression = parser(tokens).tuple();
    tokens.end();
    output(new Program.Output(expression, line));
  }

  private Parser parser(Tokens tokens) {
    return new Parser(tokens, isConditional());
  }

  private void output(Unit unit) {
    skeleton.append("{{ ").append(units.size()).append(" }}");
    units.add(unit);
  }

  private void single(String name, Statement statement, int line) {
    skeleton.append("{% ").append(name).append(' ').append(units.size()).append(" %}");
    units.add(new Program.Tag(statement, line));
  }

  private void block(String name, String end, Statement statement, int line) {
    single(name, statement, line);
    open.push(new Open(end, "{% end" + name + " %}", line));
  }

  private void tag(Tokens tokens, int line) {
    Parser parser = parser(tokens);
    String name = tokens.name();
    switch (name) {
      case "if" -> block("if", "endif", new Statements.If(parser.tuple()), line);
      case "elif" -> {
        inside(name, "endif");
        single("elif", new Statements.If(parser.tuple()), line);
      }
      case "else" -> {
        inside(name, "endif", "endfor");
        single("else", new Statements.Else(), line);
      }
      case "for" -> block("for", "endfor", loop(tokens, parser), line);
      case "break", "continue" -> {
        insideLoop(name);
        Rendering.Signal signal = Rendering.Signal.valueOf(name.toUpperCase(Locale.ROOT));
        single("jump", new Statements.Jump(signal), line);
      }
      case "set" -> set(tokens, parser, line);
      case "filter" -> {
        Expression filters = parser.filter(new Expression.Name(Statements.Capture.BODY));
        block(
            "capture",
            "endfilter",
            new Statements.Capture(Optional.empty(), filters(tokens, parser, filters)),
            line);
      }
      case "macro" -> block("macro", "endmacro", macro(tokens, parser), line);
      case "generation" -> block("generation", "endgeneration", new Statements.Generation(), line);
      default -> {
        if (!name.startsWith("end")) {
          throw new TemplateProblem("the tag '" + name + "' is not supported");
        }
        inside(name, name);
        skeleton.append(open.pop().skeletonEnd());
      }
    }
    tokens.end();
  }

  private void inside(String name, String... ends) {
    if (open.isEmpty() || !List.of(ends).contains(open.peek().end())) {
      throw new TemplateProblem(
          "unexpected '%s'%s"
              .formatted(
                  name, open.isEmpty() ? "" : " where '" + open.peek().end() + "' is missing"));
    }
  }

  /** Nothing but conditions may stand between a loop and what leaves it. */
  private void insideLoop(String name) {
    String owner =
        open.stream().map(Open::end).filter(end -> !end.equals("endif")).findFirst().orElse("");
    if (!owner.equals("endfor")) {
      throw new TemplateProblem("'" + name + "' is outside of a loop");
    }
  }

  private static Statements.For loop(Tokens tokens, Parser parser) {
    List<String> targets = names(tokens);
    tokens.expectName("in");
    Expression items = parser.tupleWithoutConditional();
    Optional<Expression> condition =
        tokens.skipName("if") ? Optional.of(parser.expression()) : Optional.empty();
    if (tokens.skipName("recursive")) {
      throw new TemplateProblem("'recursive' loops are not supported");
    }
    return new Statements.For(targets, items, condition);
  }

  private void set(Tokens tokens, Parser parser, int line) {
    List<String> names = names(tokens);
    Optional<String> attribute =
        names.size() == 1 && tokens.skip(".") ? Optional.of(tokens.name()) : Optional.empty();
    Statements.Target target = new Statements.Target(names, attribute);
    if (tokens.skip("=")) {
      single("set", new Statements.Set(target, parser.tuple()), line);
    } else {
      Expression body = filters(tokens, parser, new Expression.Name(Statements.Capture.BODY));
      block("capture", "endset", new Statements.Capture(Optional.of(target), body), line);
    }
  }

  private static Expression filters(Tokens tokens, Parser parser, Expression value) {
    Expression filtered = value;
    while (tokens.skip("|")) {
      filtered = parser.filter(filtered);
    }
    return filtered;
  }

  private static Statements.Macro macro(Tokens tokens, Parser parser) {
    String name = tokens.name();
    List<String> parameters = new ArrayList<>();
    Map<String, Expression> defaults = new LinkedHashMap<>();
    tokens.expect("(");
    while (!tokens.skip(")")) {
      if (!parameters.isEmpty()) {
        tokens.expect(",");
      }
      String parameter = tokens.name();
      parameters.add(parameter);
      if (tokens.skip("=")) {
        defaults.put(parameter, parser.expression());
      } else if (!defaults.isEmpty()) {
        throw new TemplateProblem("the parameter " + parameter + " lacks a default");
      }
    }
    return new Statements.Macro(name, parameters, defaults);
  }

  private static List<String> names(Tokens tokens) {
    boolean parenthesised = tokens.skip("(");
    List<String> names = new ArrayList<>(List.of(variable(tokens)));
    while (tokens.skip(",")) {
      names.add(variable(tokens));
    }
    if (parenthesised) {
      tokens.expect(")");
    }
    return names;
  }

  private static String variable(Tokens tokens) {
    String name = tokens.name();
    if (List.of("true", "false", "none", "True", "False", "None", "loop", "namespace")
        .contains(name)) {
      throw new TemplateProblem("'" + name + "' cannot be set");
    }
    return name;
  }
}
