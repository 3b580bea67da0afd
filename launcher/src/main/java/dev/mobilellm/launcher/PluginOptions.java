package dev.mobilellm.launcher;

import dev.mobilellm.runtime.plugins.PluginLayer;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Where third-party plugins are looked for. A mixin for commands that need plugins. */
public final class PluginOptions {

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description =
          "Folder with plugin jars, or with a folder for each plugin and its libraries; repeatable."
              + " Always: the folders plugins of the application and of ~/.mobilellm.")
  private List<Path> folders = new ArrayList<>();

  /**
   * The built-in plugins and those of the folders. What cannot be used is a line on stderr.
   *
   * @throws UsageException if a named folder is not there
   */
  public PluginRegistry registry(Console console) {
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        throw new UsageException(
            Files.exists(folder)
                ? "%s is no folder; --plugins takes the folder that the jars are in."
                    .formatted(folder)
                : "There is no plugin folder %s.".formatted(folder));
      }
    }
    List<PluginLayer> layers =
        Stream.concat(
                Installation.current().pluginFolders().stream().filter(Files::isDirectory),
                folders.stream())
            .map(folder -> folder.toAbsolutePath().normalize())
            .distinct()
            .flatMap(folder -> new PluginFolder(folder).layers(console::note).stream())
            .toList();
    PluginRegistry registry = PluginRegistry.of(layers);
    registry.problems().forEach(console::note);
    return registry;
  }
}
