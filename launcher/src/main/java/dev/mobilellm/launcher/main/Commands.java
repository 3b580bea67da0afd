package dev.mobilellm.launcher.main;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.bench.BenchCommand;
import dev.mobilellm.launcher.chat.ChatCommand;
import dev.mobilellm.launcher.convert.ConvertCommand;
import dev.mobilellm.launcher.devices.DevicesCommand;
import dev.mobilellm.launcher.generate.GenerateCommand;
import dev.mobilellm.launcher.inspect.InspectCommand;
import dev.mobilellm.launcher.logits.LogitsCommand;
import dev.mobilellm.launcher.perplexity.PerplexityCommand;
import dev.mobilellm.launcher.plugins.PluginsCommand;
import dev.mobilellm.launcher.serve.ServeCommand;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/** The sub-commands, in the order of the help text. */
enum Commands {
  GENERATE(GenerateCommand::new),
  CHAT(ChatCommand::new),
  SERVE(console -> new ServeCommand(console, Version.application())),
  INSPECT(InspectCommand::new),
  DEVICES(DevicesCommand::new),
  PLUGINS(PluginsCommand::new),
  LOGITS(LogitsCommand::new),
  PERPLEXITY(PerplexityCommand::new),
  BENCH(BenchCommand::new),
  CONVERT(ConvertCommand::new),
  COMPLETION(CompletionCommand::new);

  private final Function<Console, Object> command;

  Commands(Function<Console, Object> command) {
    this.command = command;
  }

  Object open(Console console) {
    return command.apply(console);
  }

  /**
   * What a command line may mean: the commands that it names, or all if it asks for help.
   * Describing all to the parser would take a tenth of a second of every start.
   */
  static Set<Commands> namedBy(String... arguments) {
    List<String> words = List.of(arguments);
    if (words.isEmpty() || words.contains("--help") || words.contains("-h")) {
      return EnumSet.allOf(Commands.class);
    }
    Set<Commands> named = EnumSet.noneOf(Commands.class);
    for (Commands command : values()) {
      if (words.contains(command.name().toLowerCase(Locale.ROOT))) {
        named.add(command);
      }
    }
    return named.contains(COMPLETION) ? EnumSet.allOf(Commands.class) : named;
  }
}
