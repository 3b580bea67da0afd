package dev.mobilellm.launcher.main;

import dev.mobilellm.launcher.Console;

/** Starts the command line in a process of its own. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(MobileLlm.run(Console.ofProcess(), arguments));
  }
}
