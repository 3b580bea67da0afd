package dev.mobilellm.launcher;

import dev.mobilellm.launcher.inspect.InspectCommand;
import dev.mobilellm.launcher.plugins.PluginsCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code mobilellm}: generates, or hands over to a sub-command. */
@Command(
    name = "mobilellm",
    description = "Runs MobileLLM-R1 language models.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class MobileLlm implements Callable<Integer> {

  @Mixin private GenerateCommand generate;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error comes from.")
  private boolean debug;

  private MobileLlm(Console console) {
    generate = new GenerateCommand(console);
  }

  /** The command line with all sub-commands. */
  public static CommandLine commandLine(Console console) {
    MobileLlm root = new MobileLlm(console);
    CommandLine line =
        new CommandLine(root)
            .addSubcommand(new GenerateCommand(console))
            .addSubcommand(new InspectCommand(console))
            .addSubcommand(new PluginsCommand(console));
    Failures failures = new Failures(console, () -> root.debug);
    return line.setOut(new java.io.PrintWriter(console.out(), true))
        .setErr(new java.io.PrintWriter(console.err(), true))
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
  }

  /**
   * Runs one command.
   *
   * @return the exit code
   */
  public static int run(Console console, String... arguments) {
    return commandLine(console).execute(arguments);
  }

  @Override
  public Integer call() {
    return generate.call();
  }
}
