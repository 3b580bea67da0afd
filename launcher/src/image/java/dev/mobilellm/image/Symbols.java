package dev.mobilellm.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The names of functions in native libraries: an eighth of the image, and of no use to it. */
final class Symbols {

  private Symbols() {}

  /** Takes them out, if the machine has the tool for it. */
  static void strip(Path image, Platform platform) throws IOException {
    if (!platform.isLinux()) {
      return;
    }
    try (Stream<Path> files = Files.walk(image)) {
      for (Path library : files.filter(file -> file.toString().endsWith(".so")).toList()) {
        if (!run("strip", "--strip-unneeded", library.toString())) {
          return;
        }
      }
    }
  }

  private static boolean run(String... command) throws IOException {
    try {
      int code = new ProcessBuilder(List.of(command)).inheritIO().start().waitFor();
      if (code != 0) {
        throw new IllegalStateException(String.join(" ", command) + " ended with " + code);
      }
      return true;
    } catch (IOException e) {
      System.out.println("The image is larger than it need be: there is no command " + command[0]);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
