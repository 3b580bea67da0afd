package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.runtime.generation.ReadTokens;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Optional;

/**
 * Sequences that nobody uses at present, the least recently used first. They count against the
 * memory of key/value caches. Not thread-safe.
 */
final class PrefixCache {

  private final CacheCost cost;
  private final Deque<ReadTokens> unused = new ArrayDeque<>();
  private long bytes;

  PrefixCache(CacheCost cost) {
    this.cost = cost;
  }

  /** What all of them take. */
  long bytes() {
    return bytes;
  }

  int size() {
    return unused.size();
  }

  /** Keeps a sequence. */
  void put(ReadTokens sequence) {
    unused.addLast(sequence);
    bytes += cost.bytes(sequence.highest());
  }

  /**
   * Takes out the sequence that has most in common with a prompt. One that would lose most of what
   * it holds, and save little of what must be read, stays for the conversation that it belongs to:
   * reading a short common beginning again is cheaper than reading that conversation again.
   */
  Optional<ReadTokens> take(int[] prompt) {
    Optional<ReadTokens> best =
        unused.stream()
            .filter(sequence -> isWorthIt(sequence, prompt))
            .max(Comparator.comparingInt(sequence -> sequence.common(prompt)));
    best.ifPresent(this::remove);
    return best;
  }

  /** Closes the one that was not used for the longest time. */
  void evict() {
    ReadTokens oldest = unused.getFirst();
    remove(oldest);
    oldest.close();
  }

  private static boolean isWorthIt(ReadTokens sequence, int[] prompt) {
    return 2 * sequence.common(prompt) >= Math.min(sequence.position(), prompt.length - 1);
  }

  private void remove(ReadTokens sequence) {
    unused.remove(sequence);
    bytes -= cost.bytes(sequence.highest());
  }
}
