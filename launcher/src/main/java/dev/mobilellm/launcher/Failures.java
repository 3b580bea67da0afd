package dev.mobilellm.launcher;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place that turns errors into a sentence on stderr and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {

  private final Console console;
  private final BooleanSupplier debug;

  Failures(Console console, BooleanSupplier debug) {
    this.console = console;
    this.debug = debug;
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    return report(e, sentence(e), ExitCode.USAGE);
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult result) {
    return handle(e);
  }

  /** Whatever a command threw. */
  int handle(Throwable e) {
    return switch (e) {
      case ModelException model -> report(e, model.getMessage(), ExitCode.MODEL);
      case UsageException usage -> report(e, usage.getMessage(), ExitCode.USAGE);
      default -> report(e, "unexpected: " + e, ExitCode.UNEXPECTED);
    };
  }

  private int report(Throwable e, String message, int code) {
    console.err().println("mobilellm: " + message);
    if (debug.getAsBoolean()) {
      e.printStackTrace(console.err());
    }
    return code;
  }

  private static String sentence(ParameterException e) {
    List<String> suggestions =
        e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
    return suggestions.isEmpty()
        ? e.getMessage()
        : e.getMessage() + "; did you mean " + suggestions.getFirst() + "?";
  }
}
