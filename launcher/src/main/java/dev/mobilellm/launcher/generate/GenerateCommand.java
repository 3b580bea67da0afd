package dev.mobilellm.launcher.generate;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Interrupt;
import dev.mobilellm.launcher.JsonOutput;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.RunOptions;
import dev.mobilellm.launcher.SamplingFlags;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.generation.Conversation;
import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.spi.UsageException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers one prompt. */
@Command(
    name = "generate",
    description = "Answers one prompt; what mobilellm does without a sub-command.",
    footer = {
      "",
      "Examples:",
      "  mobilellm generate --model-path DIR --prompt \"What is 17 * 23?\"",
      "  mobilellm generate --model-path DIR --tokens 128000,9906 --print-tokens --temperature 0"
    })
public final class GenerateCommand implements Callable<Integer> {

  private final Console console;

  @Mixin private PromptFlags prompt = new PromptFlags();

  @Option(
      names = "--extract-boxed",
      description = "Print only what the last \\boxed{} holds; exit code 3 if there is none.")
  private boolean extractBoxed;

  @Option(names = "--print-tokens", description = "Print token ids instead of text.")
  private boolean printTokens;

  @Option(
      names = "--json",
      description = "Print one JSON object: text, tokens, finish reason, boxed answer, timings.")
  private boolean asJson;

  @Option(
      names = "--stats",
      description = "Device, tokens, seconds and tokens/s on standard error.")
  private boolean stats;

  @Mixin private ModelOptions model = new RunOptions();
  @Mixin private SamplingFlags sampling = new SamplingFlags();

  public GenerateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (extractBoxed && printTokens) {
      throw new UsageException("--extract-boxed and --print-tokens cannot be used together.");
    }
    GenerationOptions options = sampling.generationOptions();
    PromptFlags.Request request = prompt.read(console);
    long start = System.nanoTime();
    try (LanguageModel loaded = model.load(console)) {
      Duration loadTime = Duration.ofNanos(System.nanoTime() - start);
      Prompt encoded = request.encode(loaded);
      if (!loaded.hasTokenizer() && (extractBoxed || !printTokens && !asJson)) {
        throw new UsageException(
            "%s has no tokenizer, so there is no text to print; use --print-tokens or --json."
                .formatted(loaded.files().directory()));
      }
      return answer(loaded, encoded, options, loadTime);
    }
  }

  private int answer(
      LanguageModel loaded, Prompt prompt, GenerationOptions options, Duration loadTime) {
    try (Conversation conversation = loaded.open();
        Interrupt interrupt = Interrupt.listen()) {
      AnswerWriter writer = new AnswerWriter(console, form(), interrupt);
      Answer answer = new Answer(loaded, conversation.generate(prompt, options, writer), loadTime);
      writer.finish();
      return writer.isBroken() ? ExitCode.BROKEN_PIPE : finish(answer);
    }
  }

  private AnswerWriter.Form form() {
    if (asJson || extractBoxed) {
      return AnswerWriter.Form.NOTHING;
    }
    return printTokens ? AnswerWriter.Form.TOKENS : AnswerWriter.Form.TEXT;
  }

  /** Prints what is wanted of the answer as a whole. */
  private int finish(Answer answer) {
    Optional<String> boxed = answer.boxed();
    if (asJson) {
      JsonOutput.write(console, answer::write);
    } else if (extractBoxed) {
      boxed.ifPresent(console.out()::println);
    }
    if (stats) {
      console.err().println(answer.stats());
    }
    if (answer.generation().finishReason() == FinishReason.CANCELLED) {
      return ExitCode.INTERRUPTED;
    }
    if (extractBoxed && boxed.isEmpty()) {
      console.note("The answer holds no \\boxed{}, so there is nothing to extract.");
      return ExitCode.NO_BOX;
    }
    return ExitCode.OK;
  }
}
