package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.Candidates;

/**
 * Probabilities of candidates, {@code exp(logit - largest) / sum}, without computing or sorting
 * more of them than is needed. Sums are doubles.
 */
final class Softmax {

  /**
   * What lies this far below the largest logit: e^-64 is so little that 10^11 of it do not change a
   * sum of doubles.
   */
  private static final float NEGLIGIBLE = 64;

  private Softmax() {}

  /**
   * Moves to the front the fewest of the likeliest candidates whose probabilities reach a share
   * together; drops many of those that cannot be among them. The cost is a few passes, whatever the
   * share: instead of sorting, it splits and goes on with the part in which the share is reached.
   *
   * @param largest the largest logit
   * @param share at least 0, less than 1
   * @return how many there are, at least one; the last of them stands last
   */
  static int reach(Candidates candidates, float largest, double share) {
    candidates.keepAtLeast(largest - NEGLIGIBLE);
    double total = mass(candidates, 0, candidates.size(), largest);
    // If even all of them had less than this, they would miss no more than 1 - share together.
    double least = (1 - share) * total / candidates.size();
    candidates.keepAtLeast((float) (largest + Math.log(least)));
    double missing = share * total;
    int from = 0;
    int to = candidates.size();
    while (to - from > 1) {
      int border = candidates.split(from, to);
      double first = mass(candidates, from, border, largest);
      if (first >= missing) {
        to = border;
      } else {
        missing -= first;
        from = border;
      }
    }
    return to;
  }

  private static double mass(Candidates candidates, int from, int to, float largest) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += exp((double) candidates.logit(i) - largest);
    }
    return sum;
  }

  /**
   * {@code e^x} for x from -64 to 0 as {@code (e^(x/1024))^1024}: Taylor's polynomial of degree 6
   * and ten squarings; the relative error is below 1e-9, and below 1e-12 above -20. Made of
   * multiplications and additions alone, it is rounded alike on every machine and compiled to
   * vector instructions, if there is no loop in it, four times as fast as {@link Math#exp}.
   */
  static double exp(double x) {
    double y = x / 1024;
    double power = y * (1 / 720.0) + 1 / 120.0;
    power = power * y + 1 / 24.0;
    power = power * y + 1 / 6.0;
    power = power * y + 1 / 2.0;
    power = power * y + 1;
    power = power * y + 1;
    return fourth(fourth(fourth(fourth(fourth(power)))));
  }

  private static double fourth(double base) {
    double square = base * base;
    return square * square;
  }
}
