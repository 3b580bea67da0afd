package dev.mobilellm.runtime.bench;

import java.util.List;

/**
 * What was measured at one depth with one batch.
 *
 * @param phase of what
 * @param depth tokens that each sequence held before
 * @param batch sequences at once
 * @param tokens of each sequence and round
 * @param seconds of each round that counts
 * @param work of one round
 */
public record Measurement(
    Phase phase, int depth, int batch, int tokens, List<Double> seconds, Work work) {

  /** The two phases of an answer. */
  public enum Phase {
    /** A prompt is read. */
    PREFILL,
    /** Tokens are generated one after the other. */
    DECODE
  }

  public Measurement {
    seconds = List.copyOf(seconds);
  }

  /** Tokens of all sequences together. */
  public Spread tokensPerSecond() {
    return rate((long) tokens * batch);
  }

  /** Weights and cache that were read. */
  public Spread bytesPerSecond() {
    return rate(work.bytes());
  }

  /** Multiply-adds with weights, each counted as two. */
  public Spread flopsPerSecond() {
    return rate(work.flops());
  }

  /** Bytes of weights that were read for each token. */
  public double weightBytesPerToken() {
    return (double) work.weightBytes() / ((long) tokens * batch);
  }

  /** Operations for each byte that was read: the place below a roofline. */
  public double intensity() {
    return (double) work.flops() / work.bytes();
  }

  private Spread rate(double amount) {
    return Spread.of(seconds.stream().mapToDouble(s -> amount / s).toArray());
  }
}
