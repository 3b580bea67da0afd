package dev.mobilellm.runtime.evaluation;

import java.util.Arrays;

/**
 * How far a model is from its reference over many tokens. Keeps a number for each. Not thread-safe.
 */
public final class Divergence {

  private double[] divergences = new double[1024];
  private int tokens;
  private int sameTop;
  private boolean sorted;

  /** Without tokens yet. */
  public Divergence() {}

  /** Adds a token. */
  public void add(Comparison comparison) {
    if (tokens == divergences.length) {
      divergences = Arrays.copyOf(divergences, 2 * tokens);
    }
    divergences[tokens++] = comparison.divergence();
    sameTop += comparison.sameTop() ? 1 : 0;
    sorted = false;
  }

  /** How many tokens were added. */
  public int tokens() {
    return tokens;
  }

  /** The mean of {@code KL(reference || model)}, in nats; NaN without tokens. */
  public double mean() {
    return Arrays.stream(divergences, 0, tokens).average().orElse(Double.NaN);
  }

  /** The median, in nats; NaN without tokens. */
  public double median() {
    return quantile(0.5);
  }

  /**
   * What a share of the tokens does not exceed, in nats, linear between neighbours; NaN without
   * tokens.
   *
   * @param share 0 to 1; 0.99: the 99th percentile
   */
  public double quantile(double share) {
    if (share < 0 || share > 1) {
      throw new IllegalArgumentException("a quantile of " + share);
    }
    if (tokens == 0) {
      return Double.NaN;
    }
    if (!sorted) {
      Arrays.sort(divergences, 0, tokens);
      sorted = true;
    }
    double rank = share * (tokens - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, tokens - 1);
    return divergences[below] + (rank - below) * (divergences[above] - divergences[below]);
  }

  /** The share of tokens in whose place both models found the same token likeliest, 0 to 1. */
  public double agreement() {
    return tokens == 0 ? Double.NaN : (double) sameTop / tokens;
  }
}
