package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.runtime.generation.ReadTokens;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds what is read already of a prompt, in sequences that nobody uses and in those of others that
 * run. Where the device forks sequences, nobody loses anything by it. Not thread-safe.
 */
final class KnownPrefixes {

  /** Fewer tokens are read as fast as memory is copied for them. */
  private static final int LEAST = 16;

  private final PrefixCache cache;

  KnownPrefixes(PrefixCache cache) {
    this.cache = cache;
  }

  /**
   * A sequence that begins as a prompt does, or as much of it as is known. It is not in the cache
   * any more.
   *
   * @param running the sequences of others
   */
  Optional<ReadTokens> find(int[] prompt, List<ReadTokens> running) {
    Optional<ReadTokens> unused = cache.best(prompt);
    int common = unused.map(sequence -> sequence.common(prompt)).orElse(0);
    if (common > 0 && unused.get().position() - common < LEAST) {
      // A conversation that continues.
      return taken(unused);
    }
    return longer(prompt, common, running)
        .or(() -> unused.filter(sequence -> common >= LEAST).flatMap(s -> fork(s, common)))
        .or(() -> taken(unused.filter(sequence -> isWorthIt(sequence, prompt))));
  }

  /**
   * A fork of the sequence of another that has read more of a prompt by now, or of one that nobody
   * uses.
   *
   * @param read how much is read without it
   */
  Optional<ReadTokens> longer(int[] prompt, int read, List<ReadTokens> running) {
    return running.stream()
        .max(Comparator.comparingInt(sequence -> sequence.common(prompt)))
        .filter(best -> best.common(prompt) >= read + LEAST)
        .flatMap(best -> fork(best, best.common(prompt)));
  }

  private Optional<ReadTokens> fork(ReadTokens sequence, int common) {
    Optional<ReadTokens> fork = sequence.fork(common);
    if (fork.isPresent() && cache.holds(sequence)) {
      cache.touch(sequence);
    }
    return fork;
  }

  /**
   * One that would lose most of what it holds, and save little of what must be read, stays for the
   * conversation that it belongs to: reading a short common beginning again is cheaper than reading
   * that conversation again.
   */
  private static boolean isWorthIt(ReadTokens sequence, int[] prompt) {
    return 2 * sequence.common(prompt) >= Math.min(sequence.position(), prompt.length - 1);
  }

  private Optional<ReadTokens> taken(Optional<ReadTokens> sequence) {
    sequence.ifPresent(cache::remove);
    return sequence;
  }
}
