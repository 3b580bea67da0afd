package dev.mobilellm.runtime.scheduling;

import java.time.Duration;
import java.util.Optional;

/**
 * A request that is not answered, although nothing is wrong with it. The message is one sentence
 * for users.
 */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** Too many requests wait already. */
    QUEUE_FULL,
    /** It may need more memory than there is for key/value caches, however long it waits. */
    TOO_LARGE,
    /** The scheduler takes no more requests, or ends before this one was answered. */
    CLOSING
  }

  private final Reason reason;
  private final transient Optional<Duration> retryAfter;

  RefusedException(Reason reason, String message, Optional<Duration> retryAfter) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  static RefusedException closing() {
    return new RefusedException(
        Reason.CLOSING, "The server is shutting down; ask again later.", Optional.empty());
  }

  public Reason reason() {
    return reason;
  }

  /** After which time the same request has a chance, estimated; empty: that cannot be told. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
