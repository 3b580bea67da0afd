package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import dev.mobilellm.architecture.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The application as a user has it: the folder that the launcher's build makes, run as a process of
 * its own.
 */
final class Application {

  /** The model that comes with it. */
  static final Path DEMO_MODEL = Repository.ROOT.resolve("launcher/src/main/dist/demo-model");

  private static final Path COMMAND =
      Repository.ROOT.resolve("launcher/target/mobilellm/bin/mobilellm");
  private static final Path NO_HOME =
      Repository.ROOT.resolve("modules/architecture-tests/target/home");
  private static final long SECONDS = 120;

  /**
   * What a run gave.
   *
   * @param command what was run, for messages
   * @param exitCode 0: done
   * @param out everything on the standard output
   * @param err everything on the standard error stream
   */
  record Result(List<String> command, int exitCode, String out, String err) {

    List<String> errorLines() {
      return err.lines().toList();
    }

    /** It worked, and had nothing to say about it. */
    Result assertQuiet() {
      assertEquals("", err, () -> "stderr of " + this);
      return assertSucceeded();
    }

    Result assertSucceeded() {
      assertEquals(0, exitCode, () -> "exit code of " + this);
      return this;
    }

    /** It failed with one sentence for people, and gave that instead of an answer. */
    String assertFailed(int expectedExitCode) {
      assertEquals(expectedExitCode, exitCode, () -> "exit code of " + this);
      assertEquals("", out, () -> "stdout of " + this);
      assertEquals(1, errorLines().size(), () -> "lines on stderr of " + this);
      assertNoStackTrace();
      return errorLines().getFirst();
    }

    void assertNoStackTrace() {
      assertFalse(err.contains("Exception") || err.contains("\tat "), this::toString);
    }

    @Override
    public String toString() {
      return String.join(" ", command)
          + "\nexit code "
          + exitCode
          + "\nstdout:\n"
          + out
          + "\nstderr:\n"
          + err;
    }
  }

  private Application() {}

  /** The start script. */
  static Path command() {
    if (!Files.isExecutable(COMMAND)) {
      fail(
          "The application is not built: there is no %s; run \"mvn verify\" in %s."
              .formatted(Repository.relative(COMMAND), Repository.ROOT));
    }
    return COMMAND;
  }

  /** Runs it with arguments; fails if it takes more than two minutes. */
  static Result run(String... arguments) {
    return run(command(), Repository.ROOT, List.of(arguments));
  }

  /** Runs it with arguments; fails if it takes more than two minutes. */
  static Result run(List<String> arguments) {
    return run(command(), Repository.ROOT, arguments);
  }

  /** Runs it with variables of the environment and arguments. */
  static Result run(Map<String, String> variables, String... arguments) {
    return run(command(), Repository.ROOT, environment(variables), List.of(arguments));
  }

  /**
   * Runs it through another path.
   *
   * @param script the start script or a link to it
   * @param folder the working folder
   */
  static Result run(Path script, Path folder, List<String> arguments) {
    return run(script, folder, environment(Map.of()), arguments);
  }

  /** Whoever runs the tests may have plugins and options of their own. */
  static void prepare(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.startsWith("MOBILELLM_"));
    environment.put("MOBILELLM_HOME", NO_HOME.toString());
  }

  private static Map<String, String> environment(Map<String, String> variables) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    prepare(environment);
    environment.putAll(variables);
    return environment;
  }

  /**
   * Runs it with an environment of its own.
   *
   * @param environment all variables
   */
  static Result run(
      Path script, Path folder, Map<String, String> environment, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      CompletableFuture<String> out = read(process.getInputStream());
      CompletableFuture<String> err = read(process.getErrorStream());
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        fail("not done after %d seconds: %s".formatted(SECONDS, String.join(" ", command)));
      }
      return new Result(command, process.exitValue(), out.join(), err.join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Both streams are read at once: a process stops when one of them is full. */
  private static CompletableFuture<String> read(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }
}
