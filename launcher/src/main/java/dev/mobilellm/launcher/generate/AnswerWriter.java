package dev.mobilellm.launcher.generate;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.Interrupt;
import dev.mobilellm.runtime.generation.GenerationListener;

/** Writes an answer to stdout while it is made, and ends it when nobody wants it any more. */
final class AnswerWriter implements GenerationListener {

  /** What is written while the answer is made. */
  enum Form {
    TEXT,
    TOKENS,
    /** Nothing: the answer is wanted as a whole. */
    NOTHING
  }

  private final Console console;
  private final Form form;
  private final Interrupt interrupt;
  private boolean written;
  private boolean lineOpen;
  private boolean broken;

  AnswerWriter(Console console, Form form, Interrupt interrupt) {
    this.console = console;
    this.form = form;
    this.interrupt = interrupt;
  }

  @Override
  public void text(String piece) {
    if (form == Form.TEXT) {
      write(piece);
    }
  }

  @Override
  public void token(int id) {
    if (form == Form.TOKENS) {
      write(written ? "," + id : Integer.toString(id));
    }
  }

  @Override
  public boolean cancelled() {
    return broken || interrupt.isWanted();
  }

  /** Ends the last line. */
  void finish() {
    if (form != Form.NOTHING && (lineOpen || !written)) {
      write("\n");
    }
  }

  /** Whether the reader of stdout went away, as {@code head} does. */
  boolean isBroken() {
    return broken;
  }

  private void write(String piece) {
    console.out().print(piece);
    broken |= console.out().checkError();
    written = true;
    lineOpen = !piece.endsWith("\n");
  }
}
