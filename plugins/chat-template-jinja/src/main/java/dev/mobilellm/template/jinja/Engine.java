package dev.mobilellm.template.jinja;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.expression.ExpressionStrategy;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.tree.output.RenderedOutputNode;
import com.hubspot.jinjava.tree.parse.ExpressionToken;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.util.List;

/**
 * Jinjava with tags and output of our own: it builds the tree of a template, walks it and keeps the
 * scopes. One for all templates; safe for several threads, because nothing is registered later.
 */
final class Engine {

  /** Tags with a body. */
  private static final List<String> BLOCKS = List.of("capture", "for", "generation", "if", "macro");

  /** Tags without one. */
  private static final List<String> SINGLES = List.of("elif", "else", "jump", "set");

  private static final Jinjava JINJAVA = create();

  private Engine() {}

  private static Jinjava create() {
    Jinjava jinjava =
        new Jinjava(JinjavaConfig.newBuilder().withNestedInterpretationEnabled(false).build());
    BLOCKS.forEach(name -> jinjava.registerTag(new NumberedTag(name, "end" + name)));
    SINGLES.forEach(name -> jinjava.registerTag(new NumberedTag(name, null)));
    jinjava.getGlobalContext().setExpressionStrategy(new NumberedOutput());
    return jinjava;
  }

  /** A context without variables. */
  static Context context() {
    return new Context(JINJAVA.getGlobalContext());
  }

  static JinjavaInterpreter interpreter(Context context) {
    return new JinjavaInterpreter(JINJAVA, context, JINJAVA.getGlobalConfig());
  }

  /** The tree of a skeleton that {@link Compiler} made. */
  static Node tree(String skeleton) {
    JinjavaInterpreter interpreter = interpreter(context());
    Node root = interpreter.parse(skeleton);
    if (!interpreter.getErrors().isEmpty()) {
      throw new IllegalStateException(interpreter.getErrors().getFirst().getMessage());
    }
    return root;
  }

  /** Whatever went wrong as a problem: Jinjava wraps what a tag throws. */
  static TemplateProblem unwrap(InterpretException wrapped) {
    Throwable cause = wrapped;
    while (cause != null && !(cause instanceof TemplateProblem)) {
      cause = cause.getCause();
    }
    return cause == null ? new TemplateProblem(wrapped.getMessage()) : (TemplateProblem) cause;
  }

  private record NumberedTag(String name, String endName) implements Tag {

    private static final long serialVersionUID = 1L;

    @Override
    public String getName() {
      return name;
    }

    @Override
    public String getEndTagName() {
      return endName;
    }

    @Override
    public String interpret(TagNode node, JinjavaInterpreter interpreter) {
      Rendering rendering = Rendering.of(interpreter);
      Program.Tag tag = rendering.program().tag(node);
      try {
        return tag.statement().render(node, rendering);
      } catch (TemplateProblem e) {
        throw e.at(tag.line());
      }
    }
  }

  private record NumberedOutput() implements ExpressionStrategy {

    private static final long serialVersionUID = 1L;

    @Override
    public RenderedOutputNode interpretOutput(
        ExpressionToken token, JinjavaInterpreter interpreter) {
      Rendering rendering = Rendering.of(interpreter);
      return new RenderedOutputNode(
          switch (rendering.program().unit(token.getExpr())) {
            case Program.Text(String text) -> text;
            case Program.Output output -> rendering.print(output);
            case Program.Tag tag -> throw new IllegalStateException("a tag as an output");
          });
    }
  }
}
