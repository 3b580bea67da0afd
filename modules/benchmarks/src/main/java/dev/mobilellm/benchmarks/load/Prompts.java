package dev.mobilellm.benchmarks.load;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Prompts of several lengths, no two of which begin alike. Safe for several threads. */
final class Prompts {

  private static final List<String> WORDS =
      List.of("add", "the", "number", "to", "half", "of", "its", "square", "and", "then", "what");

  private final List<Integer> lengths;
  private final long seed;
  private final AtomicInteger count = new AtomicInteger();

  Prompts(List<Integer> lengths, long seed) {
    this.lengths = lengths;
    this.seed = seed;
  }

  /** The next one. */
  String next() {
    int index = count.getAndIncrement();
    return words(lengths.get(index % lengths.size()), index);
  }

  private String words(int length, int index) {
    SplittableRandom random = new SplittableRandom(seed + index);
    StringBuilder text = new StringBuilder().append(random.nextInt(1_000_000));
    for (int i = 1; i < length; i++) {
      text.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return text.toString();
  }
}
