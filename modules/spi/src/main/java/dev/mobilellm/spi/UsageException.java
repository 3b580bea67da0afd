package dev.mobilellm.spi;

/**
 * A request that cannot be meant: an unknown name, a value out of range, an empty prompt. The
 * message is complete for a user. A model that cannot run is a {@link ModelException} instead.
 */
public final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
