package dev.mobilellm.launcher.plugins;

import dev.mobilellm.runtime.plugins.Found;
import java.nio.file.Path;
import java.util.List;

/**
 * All plugins, and what was said about them.
 *
 * @param services in the order in which a model needs them, then those of single devices
 * @param folders where third-party plugins are looked for; they need not exist
 * @param problems plugins that could not be loaded, one sentence each
 */
record PluginReport(List<ServicePlugins> services, List<Path> folders, List<String> problems) {

  /**
   * The plugins of one service.
   *
   * @param service the word that users know it by
   * @param plugins by priority, or in the order in which they run
   * @param problems why none could be chosen, sentences; empty if there is no reason
   */
  record ServicePlugins(String service, List<PluginVerdicts> plugins, List<String> problems) {}

  /**
   * A plugin and what was said about it.
   *
   * @param found the plugin
   * @param verdicts for the model as a whole, for ranges of layers, or for each device; empty
   *     without a model
   */
  record PluginVerdicts(Found<?> found, List<Verdict> verdicts) {}

  /**
   * Whether a plugin serves.
   *
   * @param subject what this is about: {@code layers 0-2}, a device; empty for the whole model
   * @param chosen whether it serves
   * @param verdict {@code chosen}, or why not
   * @param reason how it could tell, a clause; may be empty
   */
  record Verdict(String subject, boolean chosen, String verdict, String reason) {

    /** {@code layers 0-2: chosen: the weights have ...}. */
    String text() {
      return (subject.isEmpty() ? "" : subject + ": ")
          + verdict
          + (reason.isEmpty() ? "" : ": " + reason);
    }
  }
}
