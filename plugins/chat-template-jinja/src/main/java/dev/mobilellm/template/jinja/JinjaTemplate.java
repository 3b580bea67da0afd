package dev.mobilellm.template.jinja;

import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpretException;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.PromptPart;
import dev.mobilellm.template.jinja.expression.Globals;
import dev.mobilellm.template.jinja.python.None;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The chat template of a checkpoint, compiled. Safe for several threads. */
final class JinjaTemplate implements ChatTemplate {

  private record Compiled(String source, Program program) {}

  private static final TemplateProblem TOO_DEEP = new TemplateProblem("it is nested too deeply");

  private final Map<String, Compiled> templates = new HashMap<>();
  private final Map<String, Object> constants = new HashMap<>();

  /** Those of the last request: requests of one model have the same. */
  private volatile ControlTokens controlTokens = new ControlTokens(Set.of());

  /**
   * Compiles.
   *
   * @param tokens {@code bos_token} and the like
   * @throws ModelException naming file, line and construct
   */
  JinjaTemplate(
      Map<String, TemplateFiles.Source> sources, Map<String, String> tokens, Clock clock) {
    sources.forEach((name, source) -> templates.put(name, compile(source)));
    constants.putAll(Globals.functions(clock));
    constants.put("tools", None.NONE);
    constants.put("documents", None.NONE);
    constants.putAll(tokens);
  }

  private static Compiled compile(TemplateFiles.Source source) {
    try {
      return new Compiled(source.source(), Compiler.compile(source.text()));
    } catch (TemplateProblem e) {
      throw failure(source.source(), e);
    } catch (StackOverflowError e) {
      throw failure(source.source(), TOO_DEEP);
    }
  }

  @Override
  public List<PromptPart> render(Request request) {
    ControlTokens tokens = controlTokens;
    if (!tokens.isOf(request.specialTokens())) {
      tokens = new ControlTokens(request.specialTokens());
      controlTokens = tokens;
    }
    Compiled template = choose(request);
    try {
      return tokens.split(render(template.program(), request));
    } catch (TemplateProblem e) {
      throw failure(template.source(), e);
    } catch (StackOverflowError e) {
      throw failure(template.source(), TOO_DEEP);
    }
  }

  /** As Transformers chooses: {@code tool_use} for a request with tools, if there is one. */
  private Compiled choose(Request request) {
    boolean tools = request.variables().get("tools") instanceof List<?> list && !list.isEmpty();
    if (tools && templates.containsKey("tool_use")) {
      return templates.get("tool_use");
    }
    Compiled template = templates.get("default");
    return template != null ? template : templates.values().iterator().next();
  }

  private String render(Program program, Request request) {
    Context context = Engine.context();
    context.putAll(constants);
    request.variables().forEach((name, value) -> context.put(name, Typed.value(value)));
    context.put("messages", request.messages().stream().<Object>map(Typed::message).toList());
    context.put("add_generation_prompt", request.addGenerationPrompt());
    try {
      return Rendering.start(program, context).body(program.nodes());
    } catch (InterpretException e) {
      throw Engine.unwrap(e);
    }
  }

  private static ModelException failure(String source, TemplateProblem problem) {
    String where = problem.line() > 0 ? source + ", line " + problem.line() : source;
    String message = problem.getMessage();
    return new ModelException(
        problem.isRaised()
            ? "The chat template refuses this conversation (%s): %s%s"
                .formatted(where, message, message.matches("(?s).*[.!?]") ? "" : ".")
            : ("The chat template cannot be rendered (%s): %s; change that line, or use"
                    + " --disable-chat-template.")
                .formatted(where, message));
  }
}
