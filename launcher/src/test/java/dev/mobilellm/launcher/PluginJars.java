package dev.mobilellm.launcher;

import dev.mobilellm.spi.Plugin;
import dev.mobilellm.testkit.Modules;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

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
    List<Path> path = new ArrayList<>(modulePath);
    if (!List.of(options).contains("--module-version")) {
      path.add(spi());
    }
    Path classes =
        Modules.compile(
            sources,
            Files.createTempDirectory(work, "plugin").resolve("classes"),
            path.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
            options);
    return Modules.pack(classes, jar);
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
    return Modules.location(Plugin.class.getModule().getName());
  }
}
