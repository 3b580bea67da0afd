package dev.mobilellm.template.jinja;

import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import dev.mobilellm.template.jinja.expression.Scope;
import dev.mobilellm.template.jinja.python.Markup;
import dev.mobilellm.template.jinja.python.Python;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import dev.mobilellm.template.jinja.python.Undefined;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** One run of a template, or of a macro in it. Used by one thread. */
final class Rendering implements Scope {

  /** Where Jinjava's context keeps the rendering; no variable can have this name. */
  private static final String KEY = "the rendering";

  /** Deeper macros end in an error rather than in a full stack. */
  private static final int DEEPEST = 100;

  /** How a loop's body ended. */
  enum Signal {
    NONE,
    BREAK,
    CONTINUE
  }

  private final Program program;
  private final JinjavaInterpreter interpreter;

  /** The run of the whole template, which counts the macros that are running. */
  private final Rendering root;

  private int macros;
  private Signal signal = Signal.NONE;

  private Rendering(Program program, JinjavaInterpreter interpreter, Rendering root) {
    this.program = program;
    this.interpreter = interpreter;
    this.root = root == null ? this : root;
    interpreter.getContext().put(KEY, this);
  }

  /** A run in a scope of its own above the context. */
  static Rendering start(Program program, Context context) {
    return new Rendering(program, Engine.interpreter(new Context(context)), null);
  }

  /** Runs a macro's body; it sees the variables where the macro was defined. */
  String macro(Context definition, Function<Rendering, String> body) {
    if (root.macros == DEEPEST) {
      throw new TemplateProblem("macros call each other more than " + DEEPEST + " deep");
    }
    root.macros++;
    try {
      return body.apply(new Rendering(program, Engine.interpreter(new Context(definition)), root));
    } finally {
      root.macros--;
    }
  }

  static Rendering of(JinjavaInterpreter interpreter) {
    return (Rendering) interpreter.getContext().get(KEY);
  }

  Context context() {
    return interpreter.getContext();
  }

  @Override
  public Object lookup(String name) {
    Object value = interpreter.getContext().get(name);
    return value == null ? new Undefined(name) : value;
  }

  /** Sets a variable of the innermost scope. */
  void assign(String name, Object value) {
    interpreter.getContext().put(name, value);
  }

  /** Sets variables to the items of a value; a single one to the value itself. */
  void assign(List<String> names, Object value) {
    if (names.size() == 1) {
      assign(names.getFirst(), value);
      return;
    }
    List<Object> items = Python.iterate(value);
    if (items.size() != names.size()) {
      throw new TemplateProblem(
          "%d values for the %d variables %s"
              .formatted(items.size(), names.size(), String.join(", ", names)));
    }
    for (int i = 0; i < items.size(); i++) {
      assign(names.get(i), items.get(i));
    }
  }

  /** Runs something with a scope of its own. */
  <T> T scoped(Supplier<T> work) {
    interpreter.enterScope();
    try {
      return work.get();
    } finally {
      interpreter.leaveScope();
    }
  }

  /** Renders nodes in order, until one of them breaks or continues a loop. */
  String body(List<Node> nodes) {
    StringBuilder text = new StringBuilder();
    for (Node node : nodes) {
      text.append(node.render(interpreter).getValue());
      if (signal != Signal.NONE) {
        break;
      }
    }
    return text.toString();
  }

  void signal(Signal raised) {
    signal = raised;
  }

  /** How the body that was just rendered ended; asked once by its loop. */
  Signal takeSignal() {
    Signal taken = signal;
    signal = Signal.NONE;
    return taken;
  }

  /** What a node does, if it is a tag. */
  Statement statement(Node node) {
    return node instanceof TagNode tag ? program.tag(tag).statement() : null;
  }

  /** The text of an output. */
  String print(Program.Output output) {
    try {
      return printed(output.expression().evaluate(this));
    } catch (TemplateProblem e) {
      throw e.at(output.line());
    }
  }

  /** A value as it is printed. */
  static String printed(Object value) {
    return value instanceof Markup markup ? markup.text() : Python.print(value);
  }

  Program program() {
    return program;
  }
}
