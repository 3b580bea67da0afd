package dev.mobilellm.launcher.chat;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Interrupt;
import dev.mobilellm.launcher.report.Table;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.text.Message;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads messages and answers them, one after the other. Answers go to stdout, everything else to
 * stderr. An error ends its turn, not the chat.
 */
final class Chat {

  private final Console console;
  private final ChatSession session;
  private final ChatInput input;
  private boolean failed;

  Chat(Console console, ChatSession session, ChatInput input) {
    this.console = console;
    this.session = session;
    this.input = input;
  }

  /**
   * Runs until the input ends, somebody quits, or nobody reads the answers any more.
   *
   * @return the exit code: that of a model that cannot run if a turn failed that nobody watched
   */
  int run() {
    boolean goesOn = true;
    while (goesOn) {
      Optional<String> message = input.next();
      goesOn = message.isPresent() && turn(message.get());
      if (console.out().checkError()) {
        return ExitCode.BROKEN_PIPE;
      }
    }
    return failed && !console.inIsTerminal() ? ExitCode.MODEL : ExitCode.OK;
  }

  /** One message or command; false if it is the last. */
  private boolean turn(String text) {
    try {
      if (text.startsWith("/")) {
        return command(text);
      }
      if (!text.isBlank()) {
        answer(text);
      }
    } catch (ModelException | DeviceException | UsageException e) {
      fail(e.getMessage());
    } catch (RuntimeException e) {
      fail("unexpected: " + e);
    }
    return true;
  }

  private void answer(String question) {
    try (Interrupt interrupt = Interrupt.listen()) {
      AnswerPrinter printer = new AnswerPrinter(console, interrupt);
      try {
        Generation answer = session.ask(question, printer);
        printer.endLine();
        explain(answer);
      } finally {
        printer.endLine();
      }
    }
  }

  /** Why an answer ended, where that is not the model's own end. */
  private void explain(Generation answer) {
    switch (answer.finishReason()) {
      case CONTEXT ->
          console.note(
              "The context of %d tokens is full; /reset starts anew, or start with a larger --context."
                  .formatted(session.capacity()));
      case MAX_TOKENS ->
          console.note(
              "The answer was cut at --max-tokens %d.".formatted(session.options().maxTokens()));
      case CANCELLED -> {
        if (answer.tokens().length == 0) {
          console.note("Nothing was answered, so the question is forgotten.");
        }
      }
      case EOS, STOP_STRING, BOXED -> {}
    }
  }

  private boolean command(String text) {
    String[] parts = text.strip().split("\\s+", 2);
    String argument = parts.length == 2 ? parts[1] : "";
    SlashCommand command =
        SlashCommand.of(parts[0])
            .orElseThrow(
                () ->
                    new UsageException(
                        "There is no command %s; /help lists them. A message may begin with a slash behind a space."
                            .formatted(parts[0])));
    if (command.argument().isEmpty() && !argument.isEmpty()) {
      throw new UsageException("%s takes no argument.".formatted(command.word()));
    }
    switch (command) {
      case HELP -> help();
      case SYSTEM -> system(argument);
      case RESET -> {
        session.reset();
        console.note("The conversation starts anew.");
      }
      case SAVE -> {
        Path file = file(command, argument);
        SavedChat.write(file, session.messages());
        console.note("%d messages are in %s.".formatted(session.messages().size(), file));
      }
      case LOAD -> {
        Path file = file(command, argument);
        List<Message> messages = SavedChat.read(file);
        session.replace(messages);
        console.note("The conversation goes on behind %d messages.".formatted(messages.size()));
      }
      case STATS -> ChatStats.lines(session).forEach(console.err()::println);
      case QUIT -> {
        return false;
      }
    }
    return true;
  }

  private void system(String argument) {
    if (argument.isEmpty()) {
      console.note(
          session.system().map(text -> "The system message is: " + text).orElse("There is none."));
      return;
    }
    session.system(argument.equals("\"\"") ? "" : argument);
    console.note(
        session.system().isPresent()
            ? "The system message is set."
            : "The system message is removed.");
  }

  private void help() {
    Table table = new Table();
    for (SlashCommand command : SlashCommand.values()) {
      table.row((command.word() + " " + command.argument()).strip(), command.description());
    }
    table.row("...\\", "a line that ends in a backslash goes on in the next one");
    table.row("\"\"\"...\"\"\"", "a message of several lines");
    table.row("Ctrl-C", "ends an answer; what was printed stays part of the conversation");
    table.lines("  ").forEach(console.err()::println);
  }

  private void fail(String message) {
    failed = true;
    console.note(message);
  }

  private static Path file(SlashCommand command, String argument) {
    if (argument.isEmpty()) {
      throw new UsageException(
          "%s needs a file: %s %s".formatted(command.word(), command.word(), command.argument()));
    }
    try {
      return Path.of(argument);
    } catch (InvalidPathException e) {
      throw new UsageException("%s is no file name: %s.".formatted(argument, e.getReason()));
    }
  }
}
