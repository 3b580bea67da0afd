package dev.mobilellm.template.jinja;

import dev.mobilellm.template.jinja.Program.Unit;
import dev.mobilellm.template.jinja.expression.Expression;
import dev.mobilellm.template.jinja.expression.Parser;
import dev.mobilellm.template.jinja.expression.Token;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
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
          Parser parser = new Parser(tokens, compiler.isConditional());
          compiler.located(
              line,
              () -> {
                Expression expression = parser.tuple();
                parser.end();
                compiler.output(new Program.Output(expression, line));
              });
        }
        case TemplateScanner.Block(List<Token> tokens, int line) ->
            compiler.located(
                line, () -> compiler.tag(new Parser(tokens, compiler.isConditional()), line));
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

  private void tag(Parser parser, int line) {
    String name = parser.name();
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
      case "for" -> block("for", "endfor", loop(parser), line);
      case "break", "continue" -> {
        if (open.stream()
            .takeWhile(block -> !block.end().equals("endmacro"))
            .noneMatch(block -> block.end().equals("endfor"))) {
          throw new TemplateProblem("'" + name + "' is outside of a loop");
        }
        single(
            "jump",
            new Statements.Jump(Rendering.Signal.valueOf(name.toUpperCase(java.util.Locale.ROOT))),
            line);
      }
      case "set" -> set(parser, line);
      case "filter" -> {
        Expression filters = parser.filter(new Expression.Name(Statements.Capture.BODY));
        block(
            "capture",
            "endfilter",
            new Statements.Capture(Optional.empty(), filters(parser, filters)),
            line);
      }
      case "macro" -> block("macro", "endmacro", macro(parser), line);
      case "generation" -> block("generation", "endgeneration", new Statements.Generation(), line);
      default -> {
        if (!name.startsWith("end")) {
          throw new TemplateProblem("the tag '" + name + "' is not supported");
        }
        inside(name, name);
        skeleton.append(open.pop().skeletonEnd());
      }
    }
    parser.end();
  }

  private void inside(String name, String... ends) {
    if (open.isEmpty() || !List.of(ends).contains(open.peek().end())) {
      throw new TemplateProblem(
          "unexpected '%s'%s"
              .formatted(
                  name, open.isEmpty() ? "" : " where '" + open.peek().end() + "' is missing"));
    }
  }

  private static Statements.For loop(Parser parser) {
    List<String> targets = names(parser);
    parser.expectName("in");
    Expression items = parser.tupleWithoutConditional();
    Optional<Expression> condition =
        parser.skipName("if") ? Optional.of(parser.expression()) : Optional.empty();
    if (parser.skipName("recursive")) {
      throw new TemplateProblem("'recursive' loops are not supported");
    }
    return new Statements.For(targets, items, condition);
  }

  private void set(Parser parser, int line) {
    List<String> names = names(parser);
    Optional<String> attribute =
        names.size() == 1 && parser.skip(".") ? Optional.of(parser.name()) : Optional.empty();
    Statements.Target target = new Statements.Target(names, attribute);
    if (parser.skip("=")) {
      single("set", new Statements.Set(target, parser.tuple()), line);
    } else {
      Expression body = filters(parser, new Expression.Name(Statements.Capture.BODY));
      block("capture", "endset", new Statements.Capture(Optional.of(target), body), line);
    }
  }

  private static Expression filters(Parser parser, Expression value) {
    Expression filtered = value;
    while (parser.skip("|")) {
      filtered = parser.filter(filtered);
    }
    return filtered;
  }

  private static Statements.Macro macro(Parser parser) {
    String name = parser.name();
    List<String> parameters = new ArrayList<>();
    Map<String, Expression> defaults = new LinkedHashMap<>();
    parser.expect("(");
    while (!parser.skip(")")) {
      if (!parameters.isEmpty()) {
        parser.expect(",");
      }
      String parameter = parser.name();
      parameters.add(parameter);
      if (parser.skip("=")) {
        defaults.put(parameter, parser.expression());
      } else if (!defaults.isEmpty()) {
        throw new TemplateProblem("the parameter " + parameter + " lacks a default");
      }
    }
    return new Statements.Macro(name, parameters, defaults);
  }

  private static List<String> names(Parser parser) {
    boolean parenthesised = parser.skip("(");
    List<String> names = new ArrayList<>(List.of(variable(parser)));
    while (parser.skip(",")) {
      names.add(variable(parser));
    }
    if (parenthesised) {
      parser.expect(")");
    }
    return names;
  }

  private static String variable(Parser parser) {
    String name = parser.name();
    if (List.of("true", "false", "none", "True", "False", "None", "loop", "namespace")
        .contains(name)) {
      throw new TemplateProblem("'" + name + "' cannot be set");
    }
    return name;
  }
}
