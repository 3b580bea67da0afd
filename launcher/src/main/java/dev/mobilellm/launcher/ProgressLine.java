package dev.mobilellm.launcher;

import java.util.Locale;

/**
 * Shows on a terminal how far a long task is and how long it will still take, and leaves no trace
 * when it is closed. Shown from the second second on.
 */
public final class ProgressLine implements AutoCloseable {

  private static final long PATIENCE_NANOS = 1_000_000_000L;
  private static final long REFRESH_NANOS = 200_000_000L;
  private static final String ERASE = "\r\033[K";

  private final Console console;
  private final String task;
  private final long total;
  private final long start = System.nanoTime();
  private long due = start + PATIENCE_NANOS;
  private boolean shown;

  /**
   * @param task what is done: {@code Evaluating}
   * @param total what {@link #report} will reach, greater than 0
   */
  public ProgressLine(Console console, String task, long total) {
    this.console = console;
    this.task = task;
    this.total = total;
  }

  /**
   * Called as often as one likes.
   *
   * @param done so far, in the unit of the total; at least 1
   */
  public void report(long done) {
    long now = System.nanoTime();
    if (!console.errIsTerminal() || now - due < 0) {
      return;
    }
    due = now + REFRESH_NANOS;
    shown = true;
    double left = (now - start) / 1e9 * (total - done) / done;
    console
        .err()
        .print("%s%s %d %%, %s left".formatted(ERASE, task, 100 * done / total, duration(left)));
    console.err().flush();
  }

  /** {@code 12 s}, {@code 3 min 05 s}, {@code 2 h 10 min}. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    return whole < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
  }

  @Override
  public void close() {
    if (shown) {
      console.err().print(ERASE);
      console.err().flush();
      shown = false;
    }
  }
}
