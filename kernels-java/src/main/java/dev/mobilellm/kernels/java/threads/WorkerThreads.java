package dev.mobilellm.kernels.java.threads;

import dev.mobilellm.kernels.java.spi.Workers;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Persistent threads with a barrier that spins before it sleeps: a decoded token has a hundred
 * parallel regions of 10 to 300 microseconds, and waking a sleeping thread takes 50. Between
 * requests all sleep.
 */
public final class WorkerThreads implements Workers, AutoCloseable {

  /** About 100 microseconds of spinning; longer pauses are those between requests. */
  private static final int SPINS = 4_000;

  /** After so many spins in a row the processor is given away: a worker may be waiting for it. */
  private static final int SPINS_BEFORE_YIELD = 1_000;

  private final Worker[] workers;
  private final AtomicInteger running = new AtomicInteger();
  private final Object turn = new Object();
  private volatile boolean closed;
  private int engaged;
  private Task task;
  private volatile Throwable failure;

  /**
   * Starts {@code count - 1} daemon threads.
   *
   * @param count at least 1
   */
  public WorkerThreads(int count) {
    workers = new Worker[count - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  @Override
  public int count() {
    return workers.length + 1;
  }

  @Override
  public void run(Task work) {
    run(work, count());
  }

  /**
   * Runs a task on the first workers only.
   *
   * @param some how many, 1 to {@link #count()}
   */
  void run(Task work, int some) {
    if (workers.length == 0) {
      work.run(0, 1);
      return;
    }
    synchronized (turn) {
      if (closed) {
        throw new IllegalStateException("the device is closed");
      }
      task = work;
      engaged = some;
      running.set(some - 1);
      for (int i = 0; i < some - 1; i++) {
        workers[i].wake();
      }
      Throwable own = null;
      try {
        work.run(0, some);
      } catch (Throwable e) {
        own = e;
      }
      awaitWorkers();
      rethrow(own);
    }
  }

  @Override
  public void close() {
    synchronized (turn) {
      closed = true;
      for (Worker worker : workers) {
        LockSupport.unpark(worker);
      }
    }
  }

  private void awaitWorkers() {
    int spins = 0;
    while (running.get() > 0) {
      if (++spins % SPINS_BEFORE_YIELD == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  private void rethrow(Throwable own) {
    Throwable thrown = own != null ? own : failure;
    failure = null;
    task = null;
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  private final class Worker extends Thread {

    private final int index;
    private volatile boolean asleep;

    /** Which of its rounds the worker is to be in; only who has the turn counts it up. */
    private volatile int round;

    Worker(int index) {
      super("mobilellm-worker-" + index);
      this.index = index;
      setDaemon(true);
    }

    void wake() {
      round++;
      if (asleep) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      int seen = 0;
      while (true) {
        seen = awaitRound(seen);
        if (closed) {
          return;
        }
        try {
          task.run(index, engaged);
        } catch (Throwable e) { // whatever it is, the region must end and the thread live
          failure = e;
        } finally {
          running.decrementAndGet();
        }
      }
    }

    private int awaitRound(int seen) {
      int spins = 0;
      while (round == seen && !closed) {
        if (++spins < SPINS) {
          Thread.onSpinWait();
        } else {
          asleep = true;
          if (round == seen && !closed) {
            LockSupport.park(this);
          }
          asleep = false;
        }
      }
      return round;
    }
  }
}
