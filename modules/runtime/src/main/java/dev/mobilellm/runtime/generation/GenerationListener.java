package dev.mobilellm.runtime.generation;

/** Told about an answer while it is made, by the thread that generates. */
public interface GenerationListener {

  /** Ignores everything. */
  GenerationListener NONE = new GenerationListener() {};

  /** How much of the prompt has been read. */
  default void prefill(int done, int total) {}

  /** The next token, also one that gives no text. */
  default void token(int id) {}

  /** The next piece of text: whole characters, nothing that may still become a stop string. */
  default void text(String piece) {}

  /**
   * Asked before each forward pass; true ends the answer. May be answered by another thread's wish.
   */
  default boolean cancelled() {
    return false;
  }
}
