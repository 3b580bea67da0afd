package dev.mobilellm.kernels.java.threads;

import dev.mobilellm.kernels.java.spi.Workers;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Leaves cores to the JVM's compilers while they compile the kernels: in its first passes a kernel
 * is interpreted, a hundred times slower than it will be, and whoever takes a core from the
 * compilers prolongs this for all.
 */
public final class WarmingWorkers implements Workers {

  /** So long kernels run in a new JVM until most are compiled. */
  private static final long COLD_NANOS = 800_000_000;

  /** One for each of the two compilers. */
  private static final int COMPILERS = 2;

  /** Of the whole JVM: code that was compiled for one program is there for all. */
  private static final AtomicLong REMAINING = new AtomicLong(COLD_NANOS);

  private final WorkerThreads workers;
  private final int few;
  private final AtomicLong remaining;

  /** Workers on the cores of this machine. */
  public WarmingWorkers(WorkerThreads workers) {
    this(workers, Runtime.getRuntime().availableProcessors(), REMAINING);
  }

  /**
   * @param cores of the machine
   * @param remaining nanoseconds of parallel regions until all workers work
   */
  WarmingWorkers(WorkerThreads workers, int cores, AtomicLong remaining) {
    this.workers = workers;
    this.few = Math.clamp(cores - COMPILERS, 1, workers.count());
    this.remaining = remaining;
  }

  @Override
  public int count() {
    return workers.count();
  }

  @Override
  public void run(Task task) {
    if (remaining.get() <= 0) {
      workers.run(task);
      return;
    }
    long start = System.nanoTime();
    workers.run(task, few);
    remaining.addAndGet(start - System.nanoTime());
  }
}
