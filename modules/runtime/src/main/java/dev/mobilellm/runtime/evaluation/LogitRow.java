package dev.mobilellm.runtime.evaluation;

import dev.mobilellm.spi.ModelException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The logits of one position as a distribution, in double precision. Each loop does one thing over
 * arrays that nothing else writes, so that the compiler turns it into vector instructions: a
 * vocabulary of 128,256 would otherwise take as long as a small model's forward pass. Refilled for
 * each position; not thread-safe.
 */
final class LogitRow {

  /** Smaller by this and a token weighs nothing beside the largest: e^-80 is 2e-35. */
  private static final double NEGLIGIBLE = -80;

  private static final int HALVINGS = 10;

  private final float[] logits;
  private final double[] weights;
  private float largest;
  private double sum;
  private double logSum;

  LogitRow(int vocabularySize) {
    logits = new float[vocabularySize];
    weights = new double[vocabularySize];
  }

  /**
   * Reads a row.
   *
   * @param source native-order floats, one per entry of the vocabulary
   * @return whether all are finite; otherwise nothing else may be asked
   */
  boolean read(MemorySegment source) {
    MemorySegment.copy(source, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, logits, 0, logits.length);
    largest = max(logits);
    if (!Float.isFinite(largest) || !Float.isFinite(min(logits))) {
      return false;
    }
    weigh(logits, largest, weights);
    sum = sum(weights);
    logSum = Math.log(sum);
    return true;
  }

  /**
   * Reads a row and scores the token behind it.
   *
   * @throws ModelException if the model gave no finite numbers
   */
  Score score(MemorySegment source, int window, int position, int token) {
    if (!read(source)) {
      throw new ModelException(
          "The logits in front of token %d of window %d are not finite; \"mobilellm inspect --check-values\" tells whether the weights are."
              .formatted(position, window));
    }
    return new Score(window, position, token, logProbability(token), top());
  }

  /** The logarithm of a token's probability. */
  double logProbability(int token) {
    return (double) logits[token] - largest - logSum;
  }

  /** The likeliest token, the lowest id among equals. */
  int top() {
    int token = 0;
    while (logits[token] != largest) {
      token++;
    }
    return token;
  }

  /**
   * The Kullback-Leibler divergence {@code KL(this || other)} in nats: how much is lost when the
   * other stands in for this one. At least 0.
   */
  double divergence(LogitRow other) {
    double expectedGap = weightedGap(weights, logits, other.logits) / sum;
    double shift = (double) largest - other.largest;
    // Rounding may bring what is nearly 0 below it.
    return Math.max(0, expectedGap - shift - (logSum - other.logSum));
  }

  private static float max(float[] values) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < values.length; i++) {
      max = Math.max(max, values[i]);
    }
    return max;
  }

  private static float min(float[] values) {
    float min = Float.POSITIVE_INFINITY;
    for (int i = 0; i < values.length; i++) {
      min = Math.min(min, values[i]);
    }
    return min;
  }

  private static void weigh(float[] logits, double largest, double[] weights) {
    for (int i = 0; i < logits.length; i++) {
      weights[i] = exp(logits[i] - largest);
    }
  }

  /** In four chains: one would wait for each addition. */
  private static double sum(double[] values) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i < values.length - 3; i += 4) {
      a += values[i];
      b += values[i + 1];
      c += values[i + 2];
      d += values[i + 3];
    }
    for (; i < values.length; i++) {
      a += values[i];
    }
    return (a + b) + (c + d);
  }

  private static double weightedGap(double[] weights, float[] logits, float[] others) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * ((double) logits[i] - others[i]);
    }
    return sum;
  }

  /**
   * The exponential of {@code x <= 0} with a relative error below 1e-12: a Taylor polynomial of
   * {@code x / 1024}, squared ten times. {@link Math#exp} is no vector instruction, and splitting
   * off the exponent's bits is none either on the way through {@code doubleToRawLongBits}.
   */
  static double exp(double x) {
    double r = Math.max(x, NEGLIGIBLE) * (1.0 / (1 << HALVINGS));
    double p = 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 1.0 / 2;
    p = p * r + 1;
    p = p * r + 1;
    // Written out: a loop in here would keep the loop around it from becoming vectors.
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    return p * p;
  }
}
