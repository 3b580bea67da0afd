package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.spi.Plugin;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.spi.ToolProvider;

/**
 * Compiles plugins as their authors do: against the SPI alone.
 *
 * @param work where sources and classes go
 */
record PluginJars(Path work) {

  /** A sampler that always picks the same token. */
  static String sampler(String packageName, String name, int token) {
    return """
    package %s;
    import dev.mobilellm.spi.Match;
    import dev.mobilellm.spi.sampling.*;
    public final class Fixed implements SamplerProvider {
      public String name() { return "%s"; }
      public Match matches(SamplingOptions options) { return Match.no("it is used by name only"); }
      public Sampler create(SamplingOptions options) { return (candidates, random) -> %d; }
    }
    """
        .formatted(packageName, name, token);
  }

  /** The descriptor of a module with such a sampler. */
  static String descriptor(String module, String packageName, String more) {
    return "module %s { requires dev.mobilellm.spi; %s provides dev.mobilellm.spi.sampling.SamplerProvider with %s.Fixed; }"
        .formatted(module, more, packageName);
  }

  /**
   * Makes a jar.
   *
   * @param sources by file name
   * @param modulePath what it is compiled against besides the SPI
   * @param options further options of javac
   */
  Path jar(Path jar, Map<String, String> sources, List<Path> modulePath, String... options)
      throws IOException {
    Path folder = Files.createTempDirectory(work, "plugin");
    List<String> arguments = new ArrayList<>(List.of(options));
    List<String> path = new ArrayList<>(modulePath.stream().map(Path::toString).toList());
    if (!arguments.contains("--module-version")) {
      path.add(spi().toString());
    }
    arguments.addAll(
        List.of(
            "-d",
            folder.resolve("classes").toString(),
            "-p",
            String.join(System.getProperty("path.separator"), path)));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = folder.resolve(source.getKey());
      Files.createDirectories(file.getParent());
      arguments.add(Files.writeString(file, source.getValue()).toString());
    }
    run("javac", arguments);
    Files.createDirectories(jar.getParent());
    run(
        "jar",
        List.of(
            "--create", "--file", jar.toString(), "-C", folder.resolve("classes").toString(), "."));
    return jar;
  }

  /** A jar with such a sampler, which another package or text in it may replace. */
  Path sampler(Path jar, String module, String name, UnaryOperator<String> change)
      throws IOException {
    return jar(
        jar,
        Map.of(
            "module-info.java", descriptor(module, module, ""),
            "Fixed.java", change.apply(sampler(module, name, 0))),
        List.of());
  }

  /** Where the SPI comes from. */
  static Path spi() {
    return location(Plugin.class.getModule().getName());
  }

  /** The jar or folder of a module of this JVM. */
  static Path location(String module) {
    return ModuleLayer.boot()
        .configuration()
        .findModule(module)
        .flatMap(found -> found.reference().location())
        .map(Path::of)
        .orElseThrow();
  }

  private static void run(String tool, List<String> arguments) {
    StringWriter messages = new StringWriter();
    PrintWriter writer = new PrintWriter(messages, true);
    int code =
        ToolProvider.findFirst(tool)
            .orElseThrow()
            .run(writer, writer, arguments.toArray(String[]::new));
    assertEquals(0, code, messages.toString());
  }
}
