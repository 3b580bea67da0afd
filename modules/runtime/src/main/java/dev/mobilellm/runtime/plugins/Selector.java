package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The one rule by which plugins are chosen: the one that the user named, if it matches; else the
 * highest priority among those that match; a tie is an error.
 */
public final class Selector {

  private final PluginRegistry registry;

  public Selector(PluginRegistry registry) {
    this.registry = registry;
  }

  /**
   * Chooses.
   *
   * @param forced the name that the user gave, if any
   * @param match what each plugin says
   * @return a selection whose {@code chosen} is empty if nothing matches and no name was given
   * @throws UsageException if there is no plugin of the given name, or it does not match
   * @throws ModelException if two plugins of the same priority match
   */
  public <P extends Plugin> Selection<P> select(
      Service<P> service, Optional<String> forced, Function<P, Match> match) {
    List<Found<P>> plugins = registry.all(service);
    List<Match> matches = plugins.stream().map(found -> match.apply(found.plugin())).toList();
    Optional<Found<P>> chosen =
        forced.isPresent()
            ? Optional.of(named(service, plugins, matches, forced.get()))
            : best(service, plugins, matches);
    List<Selection.Considered<P>> considered = new ArrayList<>();
    for (int i = 0; i < plugins.size(); i++) {
      Found<P> found = plugins.get(i);
      Match m = matches.get(i);
      considered.add(
          new Selection.Considered<>(
              found, m.matches(), m.reason(), verdict(found, m, chosen, forced.isPresent())));
    }
    return new Selection<>(service, chosen, considered);
  }

  /** As {@link #select}, but nothing that matches is an error, too. */
  public <P extends Plugin> Selection<P> require(
      Service<P> service, Optional<String> forced, Function<P, Match> match, String subject) {
    Selection<P> selection = select(service, forced, match);
    if (selection.chosen().isEmpty()) {
      throw new ModelException(
          "No plugin for %s fits %s: %s."
              .formatted(
                  service.label(),
                  subject,
                  selection.considered().isEmpty()
                      ? "none is installed"
                      : selection.considered().stream()
                          .map(c -> c.found().name() + " says that " + c.reason())
                          .collect(Collectors.joining("; "))));
    }
    return selection;
  }

  private static <P extends Plugin> Found<P> named(
      Service<P> service, List<Found<P>> plugins, List<Match> matches, String name) {
    for (int i = 0; i < plugins.size(); i++) {
      if (plugins.get(i).name().equals(name)) {
        if (!matches.get(i).matches()) {
          throw new UsageException(
              "The %s \"%s\" does not fit: %s."
                  .formatted(service.label(), name, matches.get(i).reason()));
        }
        return plugins.get(i);
      }
    }
    throw new UsageException(
        "There is no %s \"%s\"; there are: %s."
            .formatted(
                service.label(),
                name,
                plugins.stream().map(Found::name).collect(Collectors.joining(", "))));
  }

  private static <P extends Plugin> Optional<Found<P>> best(
      Service<P> service, List<Found<P>> plugins, List<Match> matches) {
    Found<P> best = null;
    for (int i = 0; i < plugins.size(); i++) {
      if (!matches.get(i).matches()) {
        continue;
      }
      Found<P> found = plugins.get(i);
      if (best == null) {
        best = found;
      } else if (best.priority() == found.priority()) {
        throw new ModelException(
            "Two plugins for %s fit with the same priority %d: \"%s\" (%s) and \"%s\" (%s); name one of them."
                .formatted(
                    service.label(),
                    best.priority(),
                    best.name(),
                    best.provenance(),
                    found.name(),
                    found.provenance()));
      } else {
        break;
      }
    }
    return Optional.ofNullable(best);
  }

  private static <P extends Plugin> String verdict(
      Found<P> found, Match match, Optional<Found<P>> chosen, boolean forced) {
    if (chosen.isPresent() && chosen.get() == found) {
      return forced ? "chosen by name" : "chosen";
    }
    if (!match.matches()) {
      return "does not match";
    }
    return forced ? "another was named" : "lower priority";
  }
}
