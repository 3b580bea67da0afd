package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.Plugin;
import java.util.Objects;

/**
 * A plugin and where it comes from.
 *
 * @param plugin the plugin itself
 * @param name what it called itself when it was found
 * @param priority what it said when it was found
 * @param provenance its module and jar
 */
public record Found<P extends Plugin>(P plugin, String name, int priority, Provenance provenance) {

  /**
   * @throws NullPointerException if the plugin has no name
   */
  static <P extends Plugin> Found<P> of(P plugin, Provenance provenance) {
    String name = Objects.requireNonNull(plugin.name(), "its name is null");
    return new Found<>(plugin, name, plugin.priority(), provenance);
  }
}
