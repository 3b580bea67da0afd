package dev.mobilellm.launcher.main;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.DeviceException;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place that turns errors into a sentence on stderr and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {

  private static final String DEBUG_VARIABLE = "MOBILELLM_DEBUG";

  /** What the JVM says when its heap is full; native memory has other words. */
  private static final Pattern HEAP = Pattern.compile("heap|GC|array size");

  private final Console console;
  private final boolean debug;

  /**
   * @param arguments of the command line: errors may come before they are parsed
   */
  Failures(Console console, List<String> arguments) {
    this.console = console;
    this.debug = arguments.contains(MobileLlm.DEBUG) || System.getenv(DEBUG_VARIABLE) != null;
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    String help = e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    return report(e, "%s \"%s\" tells more.".formatted(sentence(e), help), ExitCode.USAGE);
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult result) {
    return handle(e);
  }

  /** Says what went wrong, whatever it is, and returns the exit code. */
  int handle(Throwable e) {
    return switch (e) {
      case ModelException model -> report(e, model.getMessage(), ExitCode.MODEL);
      case DeviceException device -> report(e, device.getMessage(), ExitCode.MODEL);
      case UsageException usage -> report(e, usage.getMessage(), ExitCode.USAGE);
      case OutOfMemoryError memory -> report(e, outOfMemory(memory), ExitCode.MODEL);
      default -> report(e, unexpected(e), ExitCode.UNEXPECTED);
    };
  }

  private int report(Throwable e, String message, int code) {
    console.out().flush();
    console.note(message);
    if (debug) {
      e.printStackTrace(console.err());
    }
    return code;
  }

  /** A larger heap takes from what weights and caches need: it helps only where it was the heap. */
  private static String outOfMemory(OutOfMemoryError e) {
    String reason = String.valueOf(e.getMessage());
    return "There is not enough memory (%s); ask for a smaller --context, or %s."
        .formatted(
            reason,
            HEAP.matcher(reason).find()
                ? "give Java more with MOBILELLM_JAVA_OPTS=-Xmx4g"
                : "take smaller weights, such as quantized ones");
  }

  private static String unexpected(Throwable e) {
    return "This should not have happened: %s; with %s the error shows where, please report it."
        .formatted(e, MobileLlm.DEBUG);
  }

  private static String sentence(ParameterException e) {
    String message =
        e instanceof UnmatchedArgumentException unmatched ? unknown(unmatched) : e.getMessage();
    message =
        message
            .replaceFirst("^Error: ", "")
            .replaceFirst("option option", "option")
            .replaceFirst("is not an? (int|long)$", "is no whole number, or too large a one")
            .replaceFirst("is not a (float|double)$", "is no number");
    return message.endsWith(".") || message.endsWith("?") ? message : message + ".";
  }

  private static String unknown(UnmatchedArgumentException e) {
    String argument = e.getUnmatched().getFirst();
    String what = argument.startsWith("-") ? "option" : "command or argument";
    List<String> nearest = e.getSuggestions();
    return "There is no %s %s%s"
        .formatted(
            what,
            argument,
            nearest.isEmpty() ? "" : "; did you mean %s?".formatted(nearest.getFirst()));
  }
}
