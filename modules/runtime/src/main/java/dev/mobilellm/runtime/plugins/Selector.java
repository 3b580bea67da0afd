package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.UsageException;
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

  /** A plugin and what it says. */
  private record Candidate<P extends Plugin>(Found<P> found, Match match) {

    boolean ties(Candidate<P> other) {
      return found.priority() == other.found.priority();
    }
  }

  public Selector(PluginRegistry registry) {
    this.registry = registry;
  }

  /**
   * Chooses, but leaves it to the caller to reject a tie.
   *
   * @param forced the name that the user gave, if any
   * @param match what each plugin says
   * @return a selection whose {@code chosen} is empty if nothing matches and no name was given, or
   *     two plugins of the same priority match
   * @throws UsageException if there is no plugin of the given name, or it does not match
   */
  public <P extends Plugin> Selection<P> consider(
      Service<P> service, Optional<String> forced, Function<P, Match> match) {
    List<Candidate<P>> candidates =
        registry.all(service).stream()
            .map(found -> new Candidate<>(found, ask(found, match)))
            .toList();
    if (forced.isPresent()) {
      Candidate<P> named = named(service, candidates, forced.get());
      return selection(
          service,
          candidates,
          Optional.of(named),
          c -> c == named ? "chosen by name" : "another was named",
          Optional.empty());
    }
    List<Candidate<P>> matching = candidates.stream().filter(c -> c.match.matches()).toList();
    if (matching.size() > 1 && matching.get(0).ties(matching.get(1))) {
      return selection(
          service,
          candidates,
          Optional.empty(),
          c -> c.ties(matching.getFirst()) ? "tie" : "lower priority",
          Optional.of(tie(service, matching.get(0).found, matching.get(1).found)));
    }
    Optional<Candidate<P>> best = matching.stream().findFirst();
    return selection(
        service,
        candidates,
        best,
        c -> c == best.orElseThrow() ? "chosen" : "lower priority",
        Optional.empty());
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
    Selection<P> selection = consider(service, forced, match);
    selection.rejectTie();
    return selection;
  }

  /** As {@link #select}, but nothing that matches is an error, too. */
  public <P extends Plugin> Selection<P> require(
      Service<P> service, Optional<String> forced, Function<P, Match> match, String subject) {
    Selection<P> selection = consider(service, forced, match);
    selection.required(subject);
    return selection;
  }

  /** A third-party plugin that fails when it is asked does not match, and the others serve. */
  private static <P extends Plugin> Match ask(Found<P> found, Function<P, Match> match) {
    try {
      return match.apply(found.plugin());
    } catch (ModelException | UsageException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      if (found.provenance().origin().equals(PluginRegistry.BUILT_IN)) {
        throw e;
      }
      return Match.no("%s failed with %s".formatted(found.provenance(), e));
    }
  }

  private static <P extends Plugin> Candidate<P> named(
      Service<P> service, List<Candidate<P>> candidates, String name) {
    for (Candidate<P> candidate : candidates) {
      if (candidate.found.name().equals(name)) {
        if (!candidate.match.matches()) {
          throw new UsageException(
              "The %s \"%s\" does not fit: %s."
                  .formatted(service.label(), name, candidate.match.reason()));
        }
        return candidate;
      }
    }
    throw new UsageException(
        "There is no %s \"%s\"; there are: %s."
            .formatted(
                service.label(),
                name,
                candidates.stream().map(c -> c.found.name()).collect(Collectors.joining(", "))));
  }

  /** The verdict is asked for about those that match only. */
  private static <P extends Plugin> Selection<P> selection(
      Service<P> service,
      List<Candidate<P>> candidates,
      Optional<Candidate<P>> chosen,
      Function<Candidate<P>, String> verdict,
      Optional<String> tie) {
    return new Selection<>(
        service,
        chosen.map(Candidate::found),
        candidates.stream()
            .map(
                c ->
                    new Selection.Considered<>(
                        c.found,
                        c.match.matches(),
                        c.match.reason(),
                        c.match.matches() ? verdict.apply(c) : "does not match"))
            .toList(),
        tie);
  }

  private static String tie(Service<?> service, Found<?> one, Found<?> other) {
    return "Two plugins for %s fit with the same priority %d: \"%s\" (%s) and \"%s\" (%s); name one of them."
        .formatted(
            service.label(),
            one.priority(),
            one.name(),
            one.provenance(),
            other.name(),
            other.provenance());
  }
}
