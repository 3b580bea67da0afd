package dev.mobilellm.runtime.scheduling;

import java.util.List;

/**
 * How likely a token was, by the model's own logits: before temperature, penalties and biases.
 *
 * @param token the chosen one
 * @param logProbability natural logarithm, at most 0
 * @param alternatives the likeliest tokens in descending order, as many as were asked for
 */
public record Likelihood(int token, double logProbability, List<Alternative> alternatives) {

  /** Another token that might have come, or the chosen one itself. */
  public record Alternative(int token, double logProbability) {}

  public Likelihood {
    alternatives = List.copyOf(alternatives);
  }
}
