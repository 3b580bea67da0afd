package dev.mobilellm.launcher.main;

import dev.mobilellm.launcher.Console;
import java.util.Locale;

/** Starts the command line in a process of its own. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    // What it prints is read by programs, too, and is the same everywhere: digits, points, words.
    Locale.setDefault(Locale.ROOT);
    System.exit(MobileLlm.run(Console.ofProcess(), arguments));
  }
}
