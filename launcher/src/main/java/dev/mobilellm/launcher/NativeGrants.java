package dev.mobilellm.launcher;

import dev.mobilellm.spi.UsageException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which third-party plugins the user lets call native code. Not thread-safe. */
final class NativeGrants {

  private final List<String> names;
  private final Set<String> used = new LinkedHashSet<>();
  private final Set<String> present = new LinkedHashSet<>();

  /**
   * @param names of jars, folders or modules, as the user gave them
   */
  NativeGrants(List<String> names) {
    this.names = List.copyOf(names);
  }

  /**
   * Whether the user named this plugin.
   *
   * @param shortName how messages call it
   * @param others what it may be called besides
   */
  boolean include(String shortName, Collection<String> others) {
    present.add(shortName);
    List<String> meant =
        names.stream().filter(name -> name.equals(shortName) || others.contains(name)).toList();
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
