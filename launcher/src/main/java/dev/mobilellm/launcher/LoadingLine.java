package dev.mobilellm.launcher;

import dev.mobilellm.runtime.LoadListener;

/**
 * Shows on a terminal how far loading is, or other work, if it takes more than a second, and leaves
 * no trace when it is closed. Warnings are lines that stay, and so is what becomes of the model's
 * device later on.
 */
public final class LoadingLine implements LoadListener, AutoCloseable {

  private static final long PATIENCE_NANOS = 1_000_000_000L;
  private static final long REFRESH_NANOS = 100_000_000L;
  private static final String ERASE = "\r\033[K";

  private final Console console;
  private long due = System.nanoTime() + PATIENCE_NANOS;
  private boolean shown;
  private boolean closed;

  /** A line on the console's stderr. */
  public LoadingLine(Console console) {
    this.console = console;
  }

  @Override
  public void report(String stage, long done, long total) {
    if (!console.errIsTerminal() || System.nanoTime() - due < 0) {
      return;
    }
    due = System.nanoTime() + REFRESH_NANOS;
    shown = true;
    console.err().print("%s%s %d %%".formatted(ERASE, stage, 100 * done / total));
    console.err().flush();
  }

  @Override
  public void warning(String message) {
    erase();
    console.note(message);
  }

  /** May come in the middle of an answer; on a terminal it gets a line of its own. */
  @Override
  public void fallback(String message) {
    erase();
    if (closed && console.outIsTerminal() && console.errIsTerminal()) {
      console.err().println();
    }
    console.note(message);
  }

  @Override
  public void close() {
    erase();
    closed = true;
  }

  /** Makes room for a line that stays. */
  public void erase() {
    if (shown) {
      console.err().print(ERASE);
      console.err().flush();
      shown = false;
    }
  }
}
