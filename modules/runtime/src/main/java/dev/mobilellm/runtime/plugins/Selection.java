package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.Plugin;
import java.util.List;
import java.util.Optional;

/**
 * Which plugin serves, and why the others do not.
 *
 * @param service the service
 * @param chosen empty if none matches
 * @param considered all of the service, in the order of priority
 */
public record Selection<P extends Plugin>(
    Service<P> service, Optional<Found<P>> chosen, List<Considered<P>> considered) {

  /**
   * @param found the plugin
   * @param matches whether it could serve
   * @param reason how it could tell, a clause
   * @param verdict {@code chosen}, or why not
   */
  public record Considered<P extends Plugin>(
      Found<P> found, boolean matches, String reason, String verdict) {}

  public Selection {
    considered = List.copyOf(considered);
  }
}
