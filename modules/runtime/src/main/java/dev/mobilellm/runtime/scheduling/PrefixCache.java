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

  /** The sequence that has most in common with a prompt; it stays. */
  Optional<ReadTokens> best(int[] prompt) {
    return unused.stream().max(Comparator.comparingInt(sequence -> sequence.common(prompt)));
  }

  /** Whether nobody uses a sequence. */
  boolean holds(ReadTokens sequence) {
    return unused.contains(sequence);
  }

  /** Takes out a sequence. */
  void remove(ReadTokens sequence) {
    unused.remove(sequence);
    bytes -= cost.bytes(sequence.highest());
  }

  /** Notes that a sequence is of use. */
  void touch(ReadTokens sequence) {
    unused.remove(sequence);
    unused.addLast(sequence);
  }

  /** Closes the one that was not used for the longest time. */
  void evict() {
    ReadTokens oldest = unused.getFirst();
    remove(oldest);
    oldest.close();
  }
}
