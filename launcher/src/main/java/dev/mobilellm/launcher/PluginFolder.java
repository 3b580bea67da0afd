package dev.mobilellm.launcher;

import dev.mobilellm.runtime.plugins.PluginLayer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.FindException;
import java.lang.module.ResolutionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A folder of third-party plugins: jars, and folders that each hold a plugin and its libraries. */
record PluginFolder(Path path) {

  /**
   * A module layer for each plugin, by name.
   *
   * @param grants which of them may call native code
   * @param problems told one sentence about each plugin that cannot be used; the others are
   */
  List<PluginLayer> layers(NativeGrants grants, Consumer<String> problems) {
    List<PluginLayer> layers = new ArrayList<>();
    try {
      for (Path entry : entries(path)) {
        if (isPlugin(entry)) {
          open(entry, grants, layers::add, problems);
        }
      }
    } catch (IOException e) {
      problems.accept("The plugin folder %s cannot be read: %s.".formatted(path, reason(e)));
    }
    return layers;
  }

  private static void open(
      Path plugin, NativeGrants grants, Consumer<PluginLayer> layers, Consumer<String> problems) {
    grants.notice(plugin);
    try {
      layers.accept(PluginModules.of(plugin).define(grants));
    } catch (FindException
        | ResolutionException
        | LayerInstantiationException
        | UncheckedIOException
        | SecurityException e) {
      problems.accept("The plugin %s is left out: %s.".formatted(plugin, reason(e)));
    }
  }

  private static boolean isPlugin(Path entry) throws IOException {
    return isJar(entry)
        || Files.isDirectory(entry) && entries(entry).stream().anyMatch(PluginFolder::isJar);
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static boolean isJar(Path path) {
    return path.getFileName().toString().endsWith(".jar") && Files.isRegularFile(path);
  }

  /**
   * What the module system says, without a full stop, and what the archive reader said below it.
   */
  private static String reason(Throwable error) {
    if (error instanceof AccessDeniedException) {
      return "permission denied";
    }
    String text = String.valueOf(error.getMessage());
    Throwable cause = error.getCause();
    if (cause != null && cause.getMessage() != null && !text.contains(cause.getMessage())) {
      text += " (" + cause.getMessage() + ")";
    }
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }
}
