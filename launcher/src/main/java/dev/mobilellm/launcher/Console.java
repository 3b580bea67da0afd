package dev.mobilellm.launcher;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The standard streams of a run, and which of them a person sits at. Commands get it from outside,
 * so that tests can give their own.
 *
 * @param in bytes as they come
 * @param out UTF-8; results only
 * @param err UTF-8; notes, warnings, progress and errors
 * @param inIsTerminal whether input is typed
 * @param outIsTerminal whether results are read by a person
 * @param errIsTerminal whether progress can be shown
 */
public record Console(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean inIsTerminal,
    boolean outIsTerminal,
    boolean errIsTerminal) {

  /** Written by the start script: the numbers of the file descriptors that are terminals. */
  private static final String TERMINALS = "mobilellm.terminals";

  /** The streams of this process. */
  public static Console ofProcess() {
    java.io.Console terminal = System.console();
    String terminals =
        System.getProperty(TERMINALS, terminal != null && terminal.isTerminal() ? "012" : "");
    return new Console(
        System.in,
        utf8(System.out),
        utf8(System.err),
        terminals.contains("0"),
        terminals.contains("1"),
        terminals.contains("2"));
  }

  /** Streams that nobody sits at, as when a program starts this one. */
  public static Console of(InputStream in, PrintStream out, PrintStream err) {
    return new Console(in, out, err, false, false, false);
  }

  /** Writes a line to stderr, with the program's name before it. */
  public void note(String line) {
    err.println("mobilellm: " + line);
  }

  private static PrintStream utf8(PrintStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }
}
