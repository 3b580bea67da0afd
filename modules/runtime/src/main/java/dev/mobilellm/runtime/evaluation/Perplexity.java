package dev.mobilellm.runtime.evaluation;

/**
 * The perplexity of tokens: {@code exp} of the mean of their negative log-probabilities. 1 is a
 * model that knows what comes; the size of the vocabulary is one that knows nothing. Not
 * thread-safe.
 */
public final class Perplexity {

  private long tokens;
  private double mean;
  private double squares;

  /** Without tokens yet. */
  public Perplexity() {}

  /**
   * Adds a token.
   *
   * @param logProbability natural logarithm of its probability
   */
  public void add(double logProbability) {
    tokens++;
    double loss = -logProbability;
    double distance = loss - mean;
    mean += distance / tokens;
    squares += distance * (loss - mean);
  }

  /** How many tokens were added. */
  public long tokens() {
    return tokens;
  }

  /** The mean of the negative log-probabilities, in nats; NaN without tokens. */
  public double meanLoss() {
    return tokens == 0 ? Double.NaN : mean;
  }

  /** The perplexity; NaN without tokens. */
  public double value() {
    return Math.exp(meanLoss());
  }

  /**
   * One standard error of the perplexity, as if losses were independent: how far another text of
   * the kind may be off. NaN with fewer than two tokens.
   */
  public double standardError() {
    return tokens < 2 ? Double.NaN : value() * Math.sqrt(squares / (tokens - 1) / tokens);
  }
}
