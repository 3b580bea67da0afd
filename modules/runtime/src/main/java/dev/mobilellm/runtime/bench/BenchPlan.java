package dev.mobilellm.runtime.bench;

import dev.mobilellm.spi.UsageException;
import java.util.List;

/**
 * What to measure.
 *
 * @param prefill tokens of the prompt; 0: no prefill is measured
 * @param decode tokens that each sequence generates; 0: no decode is measured
 * @param depths how many tokens a sequence holds before; ascending
 * @param batches how many sequences decode at once; ascending
 * @param repeat rounds that count
 */
public record BenchPlan(
    int prefill, int decode, List<Integer> depths, List<Integer> batches, int repeat) {

  /**
   * Orders depths and batches and drops those that are given twice.
   *
   * @throws UsageException if a number makes no sense
   */
  public BenchPlan {
    atLeast(0, "prefill", prefill);
    atLeast(0, "decode", decode);
    atLeast(1, "repeat", repeat);
    if (prefill == 0 && decode == 0) {
      throw new UsageException(
          "There is nothing to measure: prefill and decode are both 0; give one of them tokens.");
    }
    depths = ascending("depth", 0, depths);
    batches = ascending("batch", 1, batches);
  }

  /**
   * Refuses what a model cannot do.
   *
   * @param context tokens that a sequence of the model can hold
   * @param maxBatchTokens tokens that it takes at once
   * @throws UsageException if a sequence or a batch would be too long
   */
  public void requireFits(int context, int maxBatchTokens) {
    if ((long) depths.getLast() + appended() > context) {
      throw new UsageException(
          "A depth of %d and %d tokens behind it are more than the context of %d tokens; ask for a smaller depth."
              .formatted(depths.getLast(), appended(), context));
    }
    if (batches.getLast() > maxBatchTokens) {
      throw new UsageException(
          "A batch of %d sequences is more than the %d tokens that one forward pass takes; ask for a smaller batch."
              .formatted(batches.getLast(), maxBatchTokens));
    }
  }

  /** The most tokens that a sequence of a depth will hold. */
  int capacity(int depth) {
    return depth + appended();
  }

  /** The most tokens that a round appends to a sequence. */
  private int appended() {
    return Math.max(prefill, decode);
  }

  /** The most sequences at once. */
  int sequences() {
    return decode == 0 ? 1 : batches.getLast();
  }

  private static List<Integer> ascending(String what, int smallest, List<Integer> values) {
    if (values.isEmpty()) {
      throw new UsageException("There is no %s; give at least one.".formatted(what));
    }
    values.forEach(value -> atLeast(smallest, what, value));
    return values.stream().sorted().distinct().toList();
  }

  private static void atLeast(int smallest, String what, int value) {
    if (value < smallest) {
      throw new UsageException(
          "%s must be at least %d, found %d.".formatted(what, smallest, value));
    }
  }
}
