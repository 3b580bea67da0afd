package dev.mobilellm.server;

import io.helidon.common.buffers.DataReader;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * The bytes that a client sends. While an answer is made it can be read ahead, which is how one
 * learns that the client went away; and a request that does not arrive in time is given up.
 */
final class ConnectionInput implements Supplier<byte[]> {

  /** The one of the connection that a thread serves. */
  static final ScopedValue<ConnectionInput> CURRENT = ScopedValue.newInstance();

  private final DataReader source;
  private final Duration readTime;
  private CompletableFuture<byte[]> ahead;
  private boolean idle = true;
  private long deadline;

  ConnectionInput(DataReader source, Duration readTime) {
    this.source = source;
    this.readTime = readTime;
  }

  /** The next bytes, or null at the end. */
  @Override
  public byte[] get() {
    if (!idle && System.nanoTime() > deadline) {
      throw slow();
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

  /** Reads ahead, and says if the client goes away. */
  void watch(Runnable gone) {
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    ahead = result;
    Thread.ofVirtual().start(() -> readAhead(result, gone));
  }

  private void readAhead(CompletableFuture<byte[]> result, Runnable gone) {
    while (!result.isDone()) {
      try {
        byte[] bytes = read();
        result.complete(bytes);
        if (bytes == null) {
          gone.run();
        }
      } catch (UncheckedIOException e) {
        // Who waits for an answer sends nothing.
        if (!(e.getCause() instanceof SocketTimeoutException)) {
          result.completeExceptionally(e);
          gone.run();
        }
      } catch (RuntimeException e) {
        result.completeExceptionally(e);
        gone.run();
      }
    }
  }

  private byte[] next() {
    if (ahead == null) {
      return readInTime();
    }
    try {
      return ahead.join();
    } catch (CompletionException e) {
      return null;
    } finally {
      ahead = null;
    }
  }

  private byte[] readInTime() {
    try {
      return read();
    } catch (UncheckedIOException e) {
      if (!idle && e.getCause() instanceof SocketTimeoutException) {
        throw slow();
      }
      throw e;
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

  private ApiError slow() {
    return ApiError.request(
        408,
        "The request did not arrive within %d seconds.".formatted(readTime.toSeconds()),
        "request_timeout");
  }
}
