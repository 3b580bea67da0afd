package dev.mobilellm.runtime.evaluation;

/**
 * What two models made of one token that counts.
 *
 * @param model the model that is judged
 * @param reference the model that it is judged by
 * @param divergence Kullback-Leibler divergence {@code KL(reference || model)} of what they
 *     expected in the token's place, over the whole vocabulary, in nats; at least 0
 */
public record Comparison(Score model, Score reference, double divergence) {

  /** Whether both found the same token likeliest. */
  public boolean sameTop() {
    return model.top() == reference.top();
  }
}
