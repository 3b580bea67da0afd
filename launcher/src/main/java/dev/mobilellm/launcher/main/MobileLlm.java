package dev.mobilellm.launcher.main;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.generate.GenerateCommand;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/** The command {@code mobilellm}: generates, or hands over to a sub-command. */
@Command(
    name = "mobilellm",
    description = "Runs MobileLLM-R1 language models. Without a command it answers one prompt.",
    commandListHeading = "%nCommands:%n",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {
      "",
      "Examples:",
      "  mobilellm --prompt \"What is 2+2?\"",
      "  mobilellm --model-path DIR --prompt \"Compute 17 * 23.\" --extract-boxed",
      "  mobilellm --model-path DIR --prompt-file - < question.txt"
    })
public final class MobileLlm implements Callable<Integer> {

  static final String DEBUG = "--debug";

  @Mixin private GenerateCommand generate;

  @Option(
      names = DEBUG,
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error comes from.")
  private boolean debug;

  private MobileLlm(Console console) {
    generate = new GenerateCommand(console);
  }

  /**
   * Runs one command.
   *
   * @return the exit code, see {@link ExitCode}
   */
  public static int run(Console console, String... arguments) {
    Failures failures = new Failures(console, List.of(arguments));
    try {
      // Who mistyped something is told by one that knows all commands.
      return commandLine(console, Commands.namedBy(arguments), failures)
          .setParameterExceptionHandler(
              (e, again) ->
                  commandLine(console, EnumSet.allOf(Commands.class), failures).execute(again))
          .execute(arguments);
    } catch (Error e) {
      return failures.handle(e);
    }
  }

  @Override
  public Integer call() {
    return generate.call();
  }

  private static CommandLine commandLine(
      Console console, Set<Commands> commands, Failures failures) {
    CommandLine root = new CommandLine(new MobileLlm(console));
    commands.forEach(command -> root.addSubcommand(command.open(console)));
    Stream.concat(Stream.of(root), root.getSubcommands().values().stream())
        .forEach(MobileLlm::dress);
    // A prompt may start with @ without meaning a file of arguments.
    return root.setExpandAtFiles(false)
        .setExecutionStrategy(MobileLlm::execute)
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures)
        .setOut(new PrintWriter(console.out(), true))
        .setErr(new PrintWriter(console.err(), true))
        .setColorScheme(
            Help.defaultColorScheme(console.outIsTerminal() ? Help.Ansi.AUTO : Help.Ansi.OFF))
        .setUsageHelpWidth(100);
  }

  /** What all commands have in common. */
  private static void dress(CommandLine line) {
    line.getCommandSpec()
        .mixinStandardHelpOptions(true)
        .versionProvider(new Version())
        .usageMessage()
        .abbreviateSynopsis(true)
        .sortOptions(false);
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new HelpSections());
  }

  /** A flag before the command would be read, believed, and have no effect. */
  private static int execute(ParseResult result) {
    if (result.hasSubcommand()) {
      String command = result.subcommand().commandSpec().name();
      for (OptionSpec early : result.matchedOptions()) {
        String flag = early.longestName();
        if (!flag.equals(DEBUG)) {
          throw new ParameterException(
              result.commandSpec().commandLine(),
              "%s stands before the command %s; put it behind: mobilellm %s %s ..."
                  .formatted(flag, command, command, flag));
        }
      }
    }
    return new RunLast().execute(result);
  }
}
