package dev.mobilellm.template.jinja;

import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import dev.mobilellm.template.jinja.expression.Expression;
import dev.mobilellm.template.jinja.python.Arguments;
import dev.mobilellm.template.jinja.python.Callable;
import dev.mobilellm.template.jinja.python.Namespace;
import dev.mobilellm.template.jinja.python.Python;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import dev.mobilellm.template.jinja.python.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tags of Jinja2 that templates can use, with its rules for the scope of variables. */
final class Statements {

  private Statements() {}

  /** {@code if condition} or {@code elif condition}. */
  record If(Expression condition) implements Statement {

    @Override
    public String render(TagNode node, Rendering rendering) {
      boolean taken = isTrue(rendering);
      List<Node> branch = new ArrayList<>();
      for (Node child : node.getChildren()) {
        Statement statement = rendering.statement(child);
        if (statement instanceof Else || (statement instanceof If && isElif(child))) {
          if (taken) {
            break;
          }
          taken = statement instanceof Else || ((If) statement).isTrue(rendering);
        } else if (taken) {
          branch.add(child);
        }
      }
      return rendering.body(branch);
    }

    private static boolean isElif(Node node) {
      return node.getName().equals("elif");
    }

    private boolean isTrue(Rendering rendering) {
      return Python.isTrue(condition.evaluate(rendering));
    }
  }

  /** {@code else} of an if or a for. */
  record Else() implements Statement {
    @Override
    public String render(TagNode node, Rendering rendering) {
      throw new IllegalStateException("else is rendered by its owner");
    }
  }

  /** {@code for targets in items if condition}. Each round has a scope of its own. */
  record For(List<String> targets, Expression items, Optional<Expression> condition)
      implements Statement {

    @Override
    public String render(TagNode node, Rendering rendering) {
      List<Node> body = new ArrayList<>();
      List<Node> otherwise = new ArrayList<>();
      List<Node> current = body;
      for (Node child : node.getChildren()) {
        if (rendering.statement(child) instanceof Else) {
          current = otherwise;
        } else {
          current.add(child);
        }
      }
      StringBuilder text = new StringBuilder();
      if (!rounds(body, rendering, text)) {
        text.append(rendering.scoped(() -> rendering.body(otherwise)));
      }
      return text.toString();
    }

    /**
     * Whether a round came to its end: as in Jinja2, {@code else} also follows rounds that were all
     * cut short.
     */
    private boolean rounds(List<Node> body, Rendering rendering, StringBuilder text) {
      boolean completed = false;
      Loop loop = new Loop(values(rendering));
      while (loop.next()) {
        text.append(
            rendering.scoped(
                () -> {
                  rendering.assign("loop", loop);
                  rendering.assign(targets, loop.item());
                  return rendering.body(body);
                }));
        Rendering.Signal signal = rendering.takeSignal();
        if (signal == Rendering.Signal.BREAK) {
          break;
        }
        completed |= signal == Rendering.Signal.NONE;
      }
      return completed;
    }

    private List<Object> values(Rendering rendering) {
      List<Object> values = Python.iterate(items.evaluate(rendering));
      if (condition.isEmpty()) {
        return values;
      }
      List<Object> kept = new ArrayList<>();
      for (Object value : values) {
        boolean keep =
            rendering.scoped(
                () -> {
                  rendering.assign(targets, value);
                  return Python.isTrue(condition.get().evaluate(rendering));
                });
        if (keep) {
          kept.add(value);
        }
      }
      return kept;
    }
  }

  /** {@code break} or {@code continue}. */
  record Jump(Rendering.Signal signal) implements Statement {
    @Override
    public String render(TagNode node, Rendering rendering) {
      rendering.signal(signal);
      return "";
    }
  }

  /** Where {@code set} puts a value: variables, or an attribute of a namespace. */
  record Target(List<String> names, Optional<String> attribute) {

    void assign(Rendering rendering, Object value) {
      if (attribute.isEmpty()) {
        rendering.assign(names, value);
      } else if (rendering.lookup(names.getFirst()) instanceof Namespace namespace) {
        namespace.set(attribute.get(), value);
      } else {
        throw new TemplateProblem(names.getFirst() + " is no namespace and cannot be changed");
      }
    }
  }

  /** {@code set target = value}. */
  record Set(Target target, Expression value) implements Statement {
    @Override
    public String render(TagNode node, Rendering rendering) {
      target.assign(rendering, value.evaluate(rendering));
      return "";
    }
  }

  /** {@code set target} with a body, or {@code filter}, which prints. */
  record Capture(Optional<Target> target, Expression filters) implements Statement {

    /** The variable that {@link #filters} reads; no template can name it. */
    static final String BODY = "the body";

    @Override
    public String render(TagNode node, Rendering rendering) {
      Object value =
          rendering.scoped(
              () -> {
                rendering.assign(BODY, rendering.body(node.getChildren()));
                return filters.evaluate(rendering);
              });
      if (target.isEmpty()) {
        return Rendering.printed(value);
      }
      target.get().assign(rendering, value);
      return "";
    }
  }

  /** {@code generation}, which marks what an assistant wrote: its body in a scope of its own. */
  record Generation() implements Statement {
    @Override
    public String render(TagNode node, Rendering rendering) {
      return rendering.scoped(() -> rendering.body(node.getChildren()));
    }
  }

  /**
   * {@code macro name(parameters)}.
   *
   * @param defaults by parameter; evaluated in each call
   */
  record Macro(String name, List<String> parameters, Map<String, Expression> defaults)
      implements Statement {

    @Override
    public String render(TagNode node, Rendering rendering) {
      Context definition = rendering.context();
      rendering.assign(
          name,
          (Callable) arguments -> rendering.macro(definition, run -> call(node, run, arguments)));
      return "";
    }

    private String call(TagNode node, Rendering rendering, Arguments arguments) {
      Object[] values = arguments.bind(parameters.toArray(String[]::new));
      for (int i = 0; i < values.length; i++) {
        String parameter = parameters.get(i);
        Expression otherwise = defaults.get(parameter);
        rendering.assign(
            parameter,
            values[i] != null
                ? values[i]
                : otherwise != null ? otherwise.evaluate(rendering) : new Undefined(parameter));
      }
      return rendering.body(node.getChildren());
    }
  }
}
