package dev.mobilellm.launcher.chat;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.Interrupt;
import dev.mobilellm.runtime.generation.GenerationListener;

/** Prints an answer while it is made, and ends it when nobody wants it any more. */
final class AnswerPrinter implements GenerationListener {

  private final Console console;
  private final Interrupt interrupt;
  private boolean lineOpen;

  AnswerPrinter(Console console, Interrupt interrupt) {
    this.console = console;
    this.interrupt = interrupt;
  }

  @Override
  public void text(String piece) {
    console.out().print(piece);
    console.out().flush();
    lineOpen = !piece.endsWith("\n");
  }

  @Override
  public boolean cancelled() {
    return interrupt.isWanted() || console.out().checkError();
  }

  void endLine() {
    if (lineOpen) {
      text("\n");
    }
  }
}
