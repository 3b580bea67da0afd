package dev.mobilellm.launcher;

import dev.mobilellm.runtime.plugins.PluginRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Where third-party plugins are looked for. A mixin for commands that need plugins. */
public final class PluginOptions {

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description =
          "Folder with plugin jars, or with a folder for each plugin and its libraries;"
              + " repeatable.")
  private List<Path> folders = new ArrayList<>();

  /**
   * The built-in plugins and those of the folders. What cannot be used is a line on stderr.
   *
   * @throws dev.mobilellm.spi.UsageException if a named folder is not there
   */
  public PluginRegistry registry(Console console) {
    PluginRegistry registry = PluginRegistry.of(List.of());
    registry.problems().forEach(problem -> console.err().println("mobilellm: " + problem));
    return registry;
  }
}
