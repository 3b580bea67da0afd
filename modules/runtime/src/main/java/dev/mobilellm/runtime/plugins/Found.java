package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.Plugin;

/**
 * A plugin and where it comes from.
 *
 * @param plugin the plugin itself
 * @param module its module's name
 * @param version its module's version, empty if it has none
 * @param origin {@code built in}, or the path of a jar
 */
public record Found<P extends Plugin>(P plugin, String module, String version, String origin) {

  public String name() {
    return plugin.name();
  }

  public int priority() {
    return plugin.priority();
  }

  /** Module, version and origin, for messages. */
  public String provenance() {
    String at = version.isEmpty() ? module : module + "@" + version;
    return origin.equals(PluginRegistry.BUILT_IN) ? at : at + " in " + origin;
  }
}
