package dev.mobilellm.launcher;

import dev.mobilellm.runtime.plugins.PluginLayer;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which third-party plugins there are. A mixin for commands that need plugins. */
public final class PluginOptions {

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description =
          "Folder with plugin jars, or with a folder for each plugin and its libraries; repeatable."
              + " Always: the folders plugins of the application and of ~/.mobilellm.")
  private List<Path> folders = new ArrayList<>();

  @Option(names = "--no-plugins", description = "Start without third-party plugins.")
  private boolean none;

  @Option(
      names = "--enable-native",
      paramLabel = "PLUGIN",
      description =
          "Let a third-party plugin call native code: the name of its jar, folder or module;"
              + " repeatable.")
  private List<String> nativePlugins = new ArrayList<>();

  /**
   * The built-in plugins and those of the folders. What cannot be used is a line on stderr.
   *
   * @throws UsageException if a named folder or plugin is not there, or flags contradict each other
   */
  public PluginRegistry registry(Console console) {
    PluginRegistry registry = registry(Installation.current());
    registry.problems().forEach(console::note);
    return registry;
  }

  /** As {@link #registry(Console)}, but nothing is printed. */
  PluginRegistry registry(Installation installation) {
    NativeGrants grants = new NativeGrants(nativePlugins);
    List<String> problems = new ArrayList<>();
    List<PluginLayer> layers =
        folders(installation).stream()
            .filter(Files::isDirectory)
            .flatMap(folder -> new PluginFolder(folder).layers(grants, problems::add).stream())
            .toList();
    grants.rejectUnknown();
    return PluginRegistry.of(layers, problems);
  }

  /**
   * Where is looked, in this order; the folders of the application and the user need not exist.
   *
   * @throws UsageException if a named folder is not there, or flags contradict each other
   */
  public List<Path> folders(Installation installation) {
    if (none && !folders.isEmpty()) {
      throw new UsageException("--no-plugins and --plugins contradict each other; leave one out.");
    }
    folders.forEach(PluginOptions::requireFolder);
    return none
        ? List.of()
        : Stream.concat(installation.pluginFolders().stream(), folders.stream())
            .map(PluginOptions::real)
            .distinct()
            .toList();
  }

  private static void requireFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UsageException(
          Files.exists(folder)
              ? "%s is no folder; --plugins takes the folder that the jars are in."
                  .formatted(folder)
              : "There is no plugin folder %s.".formatted(folder));
    }
  }

  /** Two names of one folder are one folder. */
  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder.toAbsolutePath().normalize();
    }
  }
}
