package dev.mobilellm.server;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The bytes that a client sends. While an answer is made it can be read ahead, which is how one
 * learns that the client went away; and a request that does not arrive in time is given up.
 */
final class ConnectionInput implements Supplier<byte[]> {

  /** The one of the connection that a thread serves. */
  static final ScopedValue<ConnectionInput> CURRENT = ScopedValue.newInstance();

  /** How long a client may be quiet before it is believed to have sent all. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  private final DataReader source;
  private final Duration readTime;
  private final DataReader reader = DataReader.create(this);
  private CompletableFuture<byte[]> ahead;
  private boolean idle = true;
  private boolean closing;
  private long deadline;

  ConnectionInput(DataReader source, Duration readTime) {
    this.source = source;
    this.readTime = readTime;
  }

  /** What the web server reads from. */
  DataReader reader() {
    return reader;
  }

  /** The next bytes, or null at the end. */
  @Override
  public byte[] get() {
    if (closing) {
      return null;
    }
    if (!idle && System.nanoTime() >= deadline) {
      return late();
    }
    byte[] bytes = next();
    if (idle) {
      // A connection may rest between requests; once one begins, it must arrive.
      idle = false;
      deadline = System.nanoTime() + readTime.toNanos();
    }
    return bytes;
  }

  /** The request was answered. */
  void rest() {
    idle = true;
  }

  /**
   * The last request of the connection was answered. What has come of it and was not read is
   * dropped, or it would be taken for a request.
   *
   * @param complete whether all of it has come
   */
  void finish(boolean complete) {
    closing = true;
    idle = complete;
    reader.skip(reader.available());
  }

  /**
   * Takes what still comes of a request that was given up. A connection that is closed with bytes
   * unread is reset, and the client might lose the answer.
   */
  void linger() {
    if (idle) {
      return;
    }
    closing = true;
    long end = System.nanoTime() + readTime.toNanos();
    do {
      deadline = Math.min(end, System.nanoTime() + QUIET.toNanos());
    } while (next() != null && System.nanoTime() < end);
  }

  /** Reads ahead, and says if the client goes away. */
  void watch(Runnable gone) {
    if (ahead == null) {
      readAhead(gone);
    }
  }

  private void readAhead(Runnable gone) {
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    ahead = result;
    Thread.ofVirtual()
        .start(
            () -> {
              byte[] bytes = null;
              try {
                bytes = read();
              } catch (RuntimeException _) {
                // A connection that fails is one that ended.
              }
              if (bytes == null) {
                gone.run();
              }
              result.complete(bytes);
            });
  }

  /** The web server's sockets know no time limit, so that another thread must wait for them. */
  private byte[] next() {
    if (ahead == null) {
      if (idle) {
        return read();
      }
      readAhead(() -> {});
    }
    byte[] bytes = idle ? ahead.join() : inTime(ahead);
    ahead = null;
    return bytes;
  }

  private byte[] inTime(CompletableFuture<byte[]> bytes) {
    try {
      return bytes.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return late();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private byte[] read() {
    try {
      source.ensureAvailable();
    } catch (DataReader.InsufficientDataAvailableException _) {
      return null;
    }
    return source.readBytes(source.available());
  }

  /** The end of the connection, or of patience. */
  private byte[] late() {
    if (closing) {
      return null;
    }
    // Not an ApiError: this may be long before the request has a handler.
    throw RequestException.builder()
        .type(DirectHandler.EventType.OTHER)
        .status(Status.REQUEST_TIMEOUT_408)
        .message("it did not arrive within %d seconds".formatted(readTime.toSeconds()))
        .safeMessage(true)
        .setKeepAlive(false)
        .build();
  }
}
