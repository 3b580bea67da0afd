package dev.mobilellm.runtime.plugins;

/**
 * A module layer in which plugins are looked for.
 *
 * @param layer its own modules are searched, not those of its parents
 * @param origin where it comes from, for messages: {@code built in}, or the path of a jar or folder
 */
public record PluginLayer(ModuleLayer layer, String origin) {}
