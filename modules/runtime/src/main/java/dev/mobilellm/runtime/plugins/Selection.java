package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.Plugin;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which plugin serves, and why the others do not.
 *
 * @param service the service
 * @param chosen empty if none matches, or if there is a tie
 * @param considered all of the service, in the order of priority
 * @param tie the sentence that names two plugins between which nothing decides, if there are such
 */
public record Selection<P extends Plugin>(
    Service<P> service,
    Optional<Found<P>> chosen,
    List<Considered<P>> considered,
    Optional<String> tie) {

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

  /**
   * The chosen plugin, which must be there.
   *
   * @param subject what it has to fit, for the error
   * @throws ModelException if nothing matches or there is a tie
   */
  public Found<P> required(String subject) {
    rejectTie();
    return chosen.orElseThrow(
        () ->
            new ModelException(
                "No plugin for %s fits %s: %s."
                    .formatted(
                        service.label(),
                        subject,
                        considered.isEmpty()
                            ? "none is installed"
                            : considered.stream()
                                .map(c -> c.found().name() + " says that " + c.reason())
                                .collect(Collectors.joining("; ")))));
  }

  /**
   * @throws ModelException if there is a tie
   */
  void rejectTie() {
    tie.ifPresent(
        sentence -> {
          throw new ModelException(sentence);
        });
  }
}
