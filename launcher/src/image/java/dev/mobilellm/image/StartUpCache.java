package dev.mobilellm.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The JVM's ahead-of-time cache: classes as they are after loading and linking, from one run of the
 * finished image.
 */
final class StartUpCache {

  private static final String TRAINING =
      "dev.mobilellm.launcher/dev.mobilellm.launcher.main.TrainingRun";

  private final Path image;
  private final Platform platform;
  private final Path cache;

  StartUpCache(Path image, Platform platform) {
    this.image = image.toAbsolutePath();
    this.platform = platform;
    this.cache = this.image.resolve("lib/mobilellm.aot");
  }

  /** Makes it. */
  void train() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(image.resolve("runtime/bin").resolve(platform.command("java")).toString());
    command.add("@" + image.resolve("lib/jvm.options"));
    command.add("-Xlog:disable");
    // Profiles of methods would be 3 MB more, and the first token came no sooner.
    command.add("-XX:+UnlockDiagnosticVMOptions");
    command.add("-XX:-AOTRecordTraining");
    command.add("-XX:AOTCacheOutput=" + cache);
    command.add("-Dmobilellm.application=" + image);
    command.add(
        "-DRUST_LIBRARY_PATH=" + image.resolve("lib").resolve(System.mapLibraryName("tokenizers")));
    command.add("--module");
    command.add(TRAINING);
    Path log = Files.createTempFile("training", ".log");
    int code = run(command, log);
    if (code != 0 || !Files.isRegularFile(cache)) {
      // Something is written even then.
      Files.deleteIfExists(cache);
      throw new IllegalStateException(
          "The training run ended with %d:%n%s".formatted(code, Files.readString(log)));
    }
    Files.delete(log);
  }

  private static int run(List<String> command, Path log) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    List.of("CLASSPATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
        .forEach(environment::remove);
    try {
      return builder.start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
