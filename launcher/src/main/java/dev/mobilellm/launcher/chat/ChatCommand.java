package dev.mobilellm.launcher.chat;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.Installation;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.RunOptions;
import dev.mobilellm.launcher.SamplingFlags;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.generation.GenerationOptions;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A conversation. */
@Command(
    name = "chat",
    description = {
      "A conversation: each line is a message; /help lists the commands.",
      "From a pipe: answers go to standard output, everything else to standard error."
    },
    footer = {
      "",
      "Examples:",
      "  mobilellm chat --model-path DIR --system \"Answer briefly.\"",
      "  printf 'What is 2+2?\\nAnd 2 more?\\n' | mobilellm chat --model-path DIR"
    })
public final class ChatCommand implements Callable<Integer> {

  private final Console console;

  @Option(names = "--system", paramLabel = "TEXT", description = "System message.")
  private Optional<String> system = Optional.empty();

  @Mixin private ModelOptions model = new RunOptions();
  @Mixin private SamplingFlags sampling = new SamplingFlags();

  /** A command on these streams. */
  public ChatCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    GenerationOptions options = sampling.generationOptions();
    try (LanguageModel loaded = model.load(console);
        ChatSession session = new ChatSession(loaded, options);
        ChatInput input = input()) {
      system.ifPresent(session::system);
      if (console.inIsTerminal()) {
        console.note("/help lists the commands, Ctrl-D ends the chat.");
      }
      return new Chat(console, session, input).run();
    }
  }

  private ChatInput input() {
    return console.inIsTerminal()
        ? TerminalInput.open(Installation.current().home().resolve("history"))
        : new PipedInput(console.in());
  }
}
