package dev.mobilellm.spi.text;

/**
 * A piece of a prompt. What a template wrote as a control token and what is text are kept apart, so
 * that text which a user typed can never become a control token.
 */
public sealed interface PromptPart {

  /** A control token by its exact spelling: {@code <|eot_id|>}. */
  record Special(String token) implements PromptPart {}

  /** Text without any control token, whatever it looks like. */
  record Text(String text) implements PromptPart {}
}
