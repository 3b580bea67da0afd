package dev.mobilellm.runtime.bench;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What was measured at one depth with one batch.
 *
 * @param phase of what
 * @param depth tokens that each sequence held before
 * @param batch sequences at once
 * @param tokens of each sequence and round
 * @param rounds that count, at least one
 * @param work of one round
 */
public record Measurement(
    Phase phase, int depth, int batch, int tokens, List<Round> rounds, Work work) {

  /** The two phases of an answer. */
  public enum Phase {
    /** A prompt is read. */
    PREFILL,
    /** Tokens are generated one after the other. */
    DECODE
  }

  public Measurement {
    rounds = List.copyOf(rounds);
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

  /**
   * The part of the speed of reading that was used: the median of the rounds, each against what the
   * memory could do at that time. Rounds in which this changed count only if it did so in all.
   *
   * @return empty if the device cannot tell
   */
  public Optional<Double> shareOfRead() {
    boolean steady = rounds.stream().anyMatch(round -> isComparable(round) && round.isSteady());
    return share(work.bytes(), round -> !steady || round.isSteady(), Round::readLimit);
  }

  /** As {@link #shareOfRead()}, of the peak of arithmetic, which does not change. */
  public Optional<Double> shareOfPeak() {
    return share(work.flops(), round -> true, Round::peak);
  }

  /**
   * How many times as many tokens as another measurement this one has in the same time: the median
   * of the rounds, each against the same round of the other.
   *
   * @param other with as many rounds
   */
  public double timesOf(Measurement other) {
    double tokens = (double) this.tokens * batch / ((double) other.tokens * other.batch);
    return Spread.of(
            IntStream.range(0, rounds.size())
                .mapToDouble(i -> tokens * other.rounds.get(i).seconds() / rounds.get(i).seconds())
                .toArray())
        .median();
  }

  private Optional<Double> share(
      double amount, Predicate<Round> counts, ToDoubleFunction<Round> limit) {
    double[] shares =
        rounds.stream()
            .filter(Measurement::isComparable)
            .filter(counts)
            .mapToDouble(round -> amount / round.seconds() / limit.applyAsDouble(round))
            .toArray();
    return shares.length == 0 ? Optional.empty() : Optional.of(Spread.of(shares).median());
  }

  private static boolean isComparable(Round round) {
    return !round.limits().isEmpty();
  }

  private Spread rate(double amount) {
    return Spread.of(rounds.stream().mapToDouble(round -> amount / round.seconds()).toArray());
  }
}
