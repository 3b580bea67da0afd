package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.runtime.generation.GenerationListener;

/**
 * Told about an answer by the scheduler's thread, on which all others wait: every method returns at
 * once. What it throws ends its own answer.
 */
public interface AnswerListener extends GenerationListener {

  /** Ignores everything. */
  AnswerListener NONE = new AnswerListener() {};

  /** How likely the next token was, if that was asked for; comes before the token itself. */
  default void likelihood(Likelihood likelihood) {}
}
