package dev.mobilellm.launcher.generate;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.InputFile;
import dev.mobilellm.launcher.Tokens;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.generation.FinalOnly;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What is asked. */
final class PromptFlags {

  private static final String MISSING =
      "There is no prompt; give --prompt TEXT, --prompt-file FILE or --tokens IDS, or start a"
          + " conversation with \"mobilellm chat\".";

  /** One of these. */
  private static final class Source {

    @Option(names = "--prompt", paramLabel = "TEXT", description = "The question.")
    private Optional<String> text = Optional.empty();

    @Option(
        names = "--prompt-file",
        paramLabel = "FILE",
        description = "File with the question, UTF-8; -: standard input.")
    private Optional<Path> file = Optional.empty();

    @Option(
        names = "--tokens",
        paramLabel = "IDS",
        converter = Tokens.Converter.class,
        description = "The prompt as token ids, as they are: 1,5,9.")
    private Optional<Tokens> tokens = Optional.empty();
  }

  @ArgGroup private Source source = new Source();

  @Option(names = "--system", paramLabel = "TEXT", description = "System message.")
  private Optional<String> system = Optional.empty();

  @Option(
      names = "--final-only",
      description = "Ask for the answer alone, by a system message. Not with --system.")
  private boolean finalOnly;

  @Option(
      names = "--disable-chat-template",
      description = "Continue the prompt as plain text behind one BOS.")
  private boolean disableChatTemplate;

  /** A prompt that waits for its model's tokenizer. */
  interface Request {
    Prompt encode(LanguageModel model);
  }

  /**
   * Reads the prompt, so that mistakes are told before a model is loaded.
   *
   * @throws UsageException if there is none, or flags contradict each other
   */
  Request read(Console console) {
    if (source.tokens.isPresent()) {
      if (system.isPresent() || finalOnly) {
        throw new UsageException(
            "--system and --final-only need a chat template, but --tokens are taken as they are.");
      }
      int[] ids = source.tokens.get().ids();
      return model -> new Prompt(ids);
    }
    if (disableChatTemplate && system.isPresent()) {
      throw new UsageException(
          "--system needs the chat template; leave out --disable-chat-template or --system.");
    }
    String text =
        source
            .text
            .or(() -> source.file.map(file -> contents(file, console)))
            .orElseThrow(() -> new UsageException(MISSING));
    if (text.isBlank()) {
      throw new UsageException("The prompt is empty; give some text.");
    }
    return model -> encode(model, text);
  }

  private Prompt encode(LanguageModel model, String text) {
    model.tokenizer();
    if (disableChatTemplate) {
      return model.rawPrompt(text);
    }
    if (model.chatTemplate().isEmpty()) {
      if (system.isPresent()) {
        throw new UsageException(
            "--system needs a chat template, but the checkpoint has none; leave it out.");
      }
      return model.rawPrompt(text);
    }
    List<Message> messages = new ArrayList<>();
    system.ifPresent(content -> messages.add(Message.system(content)));
    messages.add(Message.user(text));
    return model.prompt(finalOnly ? FinalOnly.ask(messages) : messages);
  }

  /** A file's text without its last line break, which editors and echo add. */
  private static String contents(Path file, Console console) {
    return InputFile.text("prompt file", file, console).replaceFirst("\\R\\z", "");
  }
}
