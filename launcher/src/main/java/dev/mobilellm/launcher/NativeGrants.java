package dev.mobilellm.launcher;

import dev.mobilellm.spi.UsageException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which third-party plugins the user lets call native code. Not thread-safe. */
final class NativeGrants {

  private final List<String> names;
  private final Set<String> used = new HashSet<>();
  private final Set<String> present = new LinkedHashSet<>();

  /**
   * @param names of jars, folders or modules, as the user gave them
   */
  NativeGrants(List<String> names) {
    this.names = List.copyOf(names);
  }

  /** How messages call a plugin: the name of its jar without the ending, or of its folder. */
  static String shortName(Path plugin) {
    return plugin.getFileName().toString().replaceFirst("[.]jar$", "");
  }

  /** There is such a plugin, whether or not it can be used. */
  void notice(Path plugin) {
    present.add(shortName(plugin));
    include(plugin, Set.of());
  }

  /**
   * Whether the user named a plugin: its jar, its folder, or one of its modules.
   *
   * @param modules names of those that provide plugins
   */
  boolean include(Path plugin, Set<String> modules) {
    Set<String> meant = new HashSet<>(modules);
    meant.add(plugin.getFileName().toString());
    meant.add(shortName(plugin));
    meant.retainAll(names);
    used.addAll(meant);
    return !meant.isEmpty();
  }

  /**
   * To be called when all plugins are known.
   *
   * @throws UsageException if the user named one that is not there
   */
  void rejectUnknown() {
    for (String name : names) {
      if (!used.contains(name)) {
        throw new UsageException(
            "--enable-native names the plugin \"%s\", but %s."
                .formatted(
                    name,
                    present.isEmpty()
                        ? "there is no third-party plugin"
                        : "the third-party plugins are: " + String.join(", ", present)));
      }
    }
  }
}
