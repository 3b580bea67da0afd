package dev.mobilellm.launcher;

/** What the command returns to the shell. */
public final class ExitCode {

  /** Done. */
  public static final int OK = 0;

  /** The model cannot run, or not on this device. */
  public static final int MODEL = 1;

  /** The request cannot be meant. */
  public static final int USAGE = 2;

  /** {@code --extract-boxed} found no box. */
  public static final int NO_BOX = 3;

  /** A mistake of this program. */
  public static final int UNEXPECTED = 70;

  /** Ended by Ctrl-C. */
  public static final int INTERRUPTED = 130;

  /** Whoever read the output went away. */
  public static final int BROKEN_PIPE = 141;

  private ExitCode() {}
}
