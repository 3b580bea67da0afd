package dev.mobilellm.launcher.serve;

import dev.mobilellm.server.Server;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jline.utils.Signals;

/** SIGTERM and Ctrl-C: the first lets running answers end, another one does not wait for them. */
final class Shutdown implements AutoCloseable {

  private final Map<String, Object> previous = new LinkedHashMap<>();
  private final CountDownLatch wanted = new CountDownLatch(1);
  private Thread draining;

  private Shutdown() {
    List.of("TERM", "INT").forEach(name -> previous.put(name, Signals.register(name, this::raise)));
  }

  /** Listens until it is closed. */
  static Shutdown listen() {
    return new Shutdown();
  }

  /** Waits for the first signal. */
  void await() throws InterruptedException {
    wanted.await();
  }

  /**
   * Lets a server end what it has begun.
   *
   * @return whether it did, before the time was over or another signal came
   */
  boolean drain(Server server, Duration timeout) {
    synchronized (this) {
      draining = Thread.currentThread();
    }
    try {
      return server.drain(timeout);
    } catch (InterruptedException _) {
      return false;
    } finally {
      synchronized (this) {
        draining = null;
        // One that came too late shall not disturb what is closed now.
        Thread.interrupted();
      }
    }
  }

  @Override
  public void close() {
    previous.forEach(Signals::unregister);
  }

  private synchronized void raise() {
    if (draining != null) {
      draining.interrupt();
    }
    wanted.countDown();
  }
}
