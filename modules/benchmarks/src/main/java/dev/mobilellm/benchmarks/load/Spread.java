package dev.mobilellm.benchmarks.load;

import java.util.Collection;

/**
 * Times, sorted.
 *
 * @param nanos ascending
 */
record Spread(long[] nanos) {

  static Spread of(Collection<Long> nanos) {
    return new Spread(nanos.stream().mapToLong(Long::longValue).sorted().toArray());
  }

  /**
   * Milliseconds that a share of them does not exceed, by the nearest rank; NaN without any.
   *
   * @param share above 0, up to 1
   */
  double millis(double share) {
    if (nanos.length == 0) {
      return Double.NaN;
    }
    return nanos[(int) Math.ceil(share * nanos.length) - 1] / 1e6;
  }
}
