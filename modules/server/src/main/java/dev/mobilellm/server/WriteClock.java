package dev.mobilellm.server;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Interrupts threads that write to clients for too long. Safe for several threads. */
final class WriteClock implements AutoCloseable {

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("mobilellm-write-clock").daemon().factory());
  private final Duration limit;
  private final Runnable onStall;

  /**
   * @param limit for a write
   * @param onStall told about each that took longer
   */
  WriteClock(Duration limit, Runnable onStall) {
    this.limit = limit;
    this.onStall = onStall;
    timer.setRemoveOnCancelPolicy(true);
  }

  /** An alarm for a thread that is about to write. */
  Alarm alarm(Thread writer) {
    return new Alarm(writer, onStall);
  }

  /** Lets an alarm go off after the limit. */
  Future<?> start(Alarm alarm) {
    return timer.schedule(alarm, limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** Goes off once, unless its thread is done before. */
  static final class Alarm implements Runnable {

    private final Thread writer;
    private final Runnable onStall;
    private boolean armed = true;

    private Alarm(Thread writer, Runnable onStall) {
      this.writer = writer;
      this.onStall = onStall;
    }

    @Override
    public synchronized void run() {
      if (armed) {
        onStall.run();
        writer.interrupt();
      }
    }

    synchronized void disarm() {
      armed = false;
    }
  }
}
