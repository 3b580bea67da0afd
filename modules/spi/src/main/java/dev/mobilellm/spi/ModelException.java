package dev.mobilellm.spi;

/**
 * A model that cannot run: broken files, unsupported features, too little memory.
 *
 * <p>The message is complete for a user: what was wanted, what was found, where, and what to do, in
 * one sentence or two, without class names.
 */
public final class ModelException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
