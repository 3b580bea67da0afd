package dev.mobilellm.launcher.chat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.jline.reader.Candidate;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;

/** Messages typed on a terminal, with line editing and a history. Ctrl-C clears what is typed. */
final class TerminalInput implements ChatInput {

  private static final String PROMPT = "> ";

  private final Terminal terminal;
  private final LineReader reader;
  private final String prompt;

  private TerminalInput(Terminal terminal, Optional<Path> history) {
    this.terminal = terminal;
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("mobilellm")
            .parser(TerminalInput::parse)
            .completer(
                (_, line, candidates) -> {
                  if (line.line().startsWith("/")) {
                    for (SlashCommand command : SlashCommand.values()) {
                      candidates.add(new Candidate(command.word()));
                    }
                  }
                })
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, ". ")
            // An exclamation mark is no command.
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
    history.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
    reader = builder.build();
    prompt = new AttributedString(PROMPT, AttributedStyle.BOLD).toAnsi(terminal);
  }

  /**
   * The terminal of this process.
   *
   * @param history where messages are kept from chat to chat; if it cannot be written, they are
   *     kept until the end of this one
   */
  static TerminalInput open(Path history) {
    try {
      Terminal terminal =
          TerminalBuilder.builder().name("mobilellm").system(true).provider("ffm").build();
      return new TerminalInput(terminal, writable(history));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<String> next() {
    while (true) {
      try {
        return Optional.of(Multiline.text(reader.readLine(prompt)));
      } catch (UserInterruptException _) {
        // The line is cleared; the next prompt stands below it.
      } catch (EndOfFileException _) {
        return Optional.empty();
      }
    }
  }

  @Override
  public void close() {
    try {
      terminal.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ParsedLine parse(String line, int cursor, Parser.ParseContext context) {
    if (context == Parser.ParseContext.ACCEPT_LINE && !Multiline.isComplete(line)) {
      throw new EOFError(-1, -1, "the message goes on");
    }
    return new Typed(line, cursor);
  }

  /** Others may not read what was asked. */
  private static Optional<Path> writable(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      if (Files.notExists(file)) {
        Files.createFile(file);
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
      }
      return Files.isWritable(file) && Files.isRegularFile(file)
          ? Optional.of(file)
          : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** A line is one word, which is all that completing commands needs. */
  private record Typed(String line, int cursor) implements CompletingParsedLine {

    @Override
    public String word() {
      return line;
    }

    @Override
    public int wordCursor() {
      return cursor;
    }

    @Override
    public int wordIndex() {
      return 0;
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return cursor;
    }

    @Override
    public int rawWordLength() {
      return line.length();
    }

    @Override
    public List<String> words() {
      return List.of(line);
    }
  }
}
