package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.Candidates;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The definitions, written down without regard to cost: everything is sorted and every probability
 * computed.
 *
 * @param order all tokens, the likeliest first, equals by ascending id, NaN last
 * @param cumulative the sum of probabilities up to and including each place of the order
 */
record Naive(int[] order, double[] cumulative) {

  static Naive of(float... logits) {
    Comparator<Integer> likeliest = Comparator.comparing(id -> -sortable(logits[id]));
    int[] order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(likeliest.thenComparing(Comparator.naturalOrder()))
            .mapToInt(Integer::intValue)
            .toArray();
    double largest = logits[order[0]];
    double[] weights =
        Arrays.stream(order)
            .mapToDouble(id -> Float.isNaN(logits[id]) ? 0 : Math.exp(logits[id] - largest))
            .toArray();
    double total = Arrays.stream(weights).sum();
    double[] cumulative = new double[order.length];
    double sum = 0;
    for (int i = 0; i < order.length; i++) {
      sum += weights[i] / total;
      cumulative[i] = sum;
    }
    return new Naive(order, cumulative);
  }

  /** NaN below -infinity; both zeros equal. */
  private static double sortable(float logit) {
    return Float.isNaN(logit) ? Double.NaN : logit + 0.0;
  }

  int[] top(int count) {
    return Arrays.stream(order).limit(count).sorted().toArray();
  }

  /**
   * The first place at which the sum reaches a share, and no place that is doubtful by rounding.
   */
  boolean isFirstToReach(int place, double share) {
    return cumulative[place] >= share - 1e-9
        && (place == 0 || cumulative[place - 1] < share + 1e-9);
  }

  int place(int id) {
    return IntStream.range(0, order.length).filter(i -> order[i] == id).findFirst().orElseThrow();
  }

  /**
   * Logits of few values or many, flat or steep, at times with -infinity and NaN, never only those.
   */
  static float[] randomLogits(Random random, int size) {
    float[] logits = new float[size];
    boolean ties = random.nextInt(3) == 0;
    boolean odd = random.nextInt(3) == 0;
    double spread = Math.exp(4 * random.nextDouble() - 2);
    for (int i = 0; i < size; i++) {
      double logit = spread * random.nextGaussian();
      logits[i] = (float) (ties ? Math.rint(logit) : logit);
      if (odd && random.nextInt(4) == 0) {
        logits[i] = random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
      }
    }
    logits[random.nextInt(size)] = 1;
    return logits;
  }

  static Candidates candidates(float... logits) {
    Candidates candidates = new Candidates(logits.length);
    candidates.fill(logits);
    return candidates;
  }

  /** The ids left, ascending. */
  static int[] left(Candidates candidates) {
    return IntStream.range(0, candidates.size()).map(candidates::id).sorted().toArray();
  }

  /** The logits left, by ascending id. */
  static float[] logits(Candidates candidates) {
    int[] ids = left(candidates);
    float[] logits = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      logits[i] = candidates.logit(candidates.indexOf(ids[i]));
    }
    return logits;
  }
}
