package dev.mobilellm.launcher.main;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the image's build runs to fill the JVM's cache: the classes that it loads are there at once
 * in later starts. So it does what people do first, but on the device that is everywhere: with
 * OpenCL the cache would be a tenth larger, and depend on the drivers of the machine that builds.
 */
public final class TrainingRun {

  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("--version"),
          List.of("--device", "java", "--prompt", "What is 2+2?", "--stats"),
          List.of("--device", "java", "--prompt", "Compute 347 * 596.", "--temperature", "0.6"),
          List.of(
              "--device",
              "java",
              "--tokens",
              "7,8,9",
              "--print-tokens",
              "--max-tokens",
              "8",
              "--json"));

  private TrainingRun() {}

  /**
   * Ends with {@link ExitCode#UNEXPECTED} if a command fails: a cache of a failure would be
   * useless.
   */
  public static void main(String[] arguments) {
    for (List<String> command : COMMANDS) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      Console console =
          Console.of(InputStream.nullInputStream(), new PrintStream(out), new PrintStream(err));
      if (MobileLlm.run(console, command.toArray(String[]::new)) != ExitCode.OK) {
        System.err.println(command + " failed: " + err.toString(StandardCharsets.UTF_8));
        System.exit(ExitCode.UNEXPECTED);
      }
    }
    System.exit(ExitCode.OK);
  }
}
