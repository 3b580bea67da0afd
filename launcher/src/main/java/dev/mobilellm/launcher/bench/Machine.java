package dev.mobilellm.launcher.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The machine that a benchmark ran on.
 *
 * @param cpu its name, or the architecture where the system does not tell
 * @param cores that this process may use
 * @param os name and version
 * @param java version and name of the virtual machine
 */
record Machine(String cpu, int cores, String os, String java) {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path STATUS = Path.of("/proc/self/status");

  static Machine current() {
    return new Machine(
        cpuName().orElse(System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Runtime.version() + ", " + System.getProperty("java.vm.name"));
  }

  /** The most memory that this process held at any time; Linux alone tells. */
  static OptionalLong peakMemory() {
    return line(STATUS, "VmHWM")
        .map(text -> text.replaceAll("\\D", ""))
        .map(kilobytes -> OptionalLong.of(Long.parseLong(kilobytes) << 10))
        .orElse(OptionalLong.empty());
  }

  private static Optional<String> cpuName() {
    return line(CPU_INFO, "model name")
        .or(() -> output("sysctl", "-n", "machdep.cpu.brand_string"))
        .or(() -> Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")));
  }

  /** What stands behind a key and a colon in one of Linux's files. */
  private static Optional<String> line(Path file, String key) {
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What a command prints; empty where there is no such command, as on other systems. */
  private static Optional<String> output(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(text.strip()).filter(name -> !name.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
