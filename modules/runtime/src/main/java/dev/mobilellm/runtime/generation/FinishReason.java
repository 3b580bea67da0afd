package dev.mobilellm.runtime.generation;

/** Why an answer ended. */
public enum FinishReason {
  /** The model ended it. */
  EOS("stop"),
  /** A stop string came. */
  STOP_STRING("stop_string"),
  /** The box was closed. */
  BOXED("boxed"),
  /** As many tokens as were asked for. */
  MAX_TOKENS("length"),
  /** The context is full. */
  CONTEXT("context"),
  /** The listener asked to stop. */
  CANCELLED("cancelled");

  private final String label;

  FinishReason(String label) {
    this.label = label;
  }

  /** The word for programs. */
  public String label() {
    return label;
  }
}
