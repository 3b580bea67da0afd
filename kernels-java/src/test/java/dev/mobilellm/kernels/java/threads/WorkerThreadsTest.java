package dev.mobilellm.kernels.java.threads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.kernels.java.spi.Workers;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkerThreadsTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void everyShareRunsOnceInEveryRegion(int count) {
    try (WorkerThreads workers = new WorkerThreads(count)) {
      assertEquals(count, workers.count());
      for (int region = 0; region < 500; region++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(count);
        workers.run(
            (worker, all) -> {
              assertEquals(count, all);
              runs.incrementAndGet(worker);
            });
        for (int worker = 0; worker < count; worker++) {
          assertEquals(1, runs.get(worker), "share %d of %d".formatted(worker, count));
        }
      }
    }
  }

  /** Whoever is left out of a region must not take part in it later, beside the next one. */
  @Test
  void someWorkersAlone() {
    int[] sizes = {1, 3, 2, 3, 1, 1, 2};
    try (WorkerThreads workers = new WorkerThreads(3)) {
      for (int region = 0; region < 20_000; region++) {
        int some = sizes[region % sizes.length];
        AtomicIntegerArray runs = new AtomicIntegerArray(3);
        workers.run(
            (worker, all) -> {
              assertEquals(some, all);
              runs.incrementAndGet(worker);
            },
            some);
        for (int worker = 0; worker < 3; worker++) {
          assertEquals(worker < some ? 1 : 0, runs.get(worker));
        }
      }
    }
  }

  /** Results that a worker left in plain memory are there when the region has ended. */
  @Test
  void manyShortRegionsSeeEachOthersResults() {
    int[] cells = new int[48];
    try (WorkerThreads workers = new WorkerThreads(3)) {
      for (int region = 0; region < 20_000; region++) {
        int shift = region % cells.length;
        workers.run(
            (worker, all) -> {
              for (int i = worker; i < cells.length; i += all) {
                cells[(i + shift) % cells.length]++;
              }
            });
      }
    }
    int[] expected = new int[cells.length];
    Arrays.fill(expected, 20_000);
    assertArrayEquals(expected, cells);
  }

  @Test
  void sleepersAreWoken() throws InterruptedException {
    AtomicIntegerArray runs = new AtomicIntegerArray(3);
    try (WorkerThreads workers = new WorkerThreads(3)) {
      for (int region = 0; region < 5; region++) {
        Thread.sleep(20);
        workers.run((worker, all) -> runs.incrementAndGet(worker));
      }
    }
    assertEquals("[5, 5, 5]", runs.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void whatAWorkerThrowsReachesTheCallerAndTheNextRegionRuns(int thrower) {
    RuntimeException exception = new ArithmeticException("in a kernel");
    Error error = new StackOverflowError("in a kernel");
    try (WorkerThreads workers = new WorkerThreads(3)) {
      assertSame(
          exception,
          assertThrows(RuntimeException.class, () -> workers.run(throwing(thrower, exception))));
      assertSame(error, assertThrows(Error.class, () -> workers.run(throwing(thrower, error))));
      AtomicIntegerArray runs = new AtomicIntegerArray(3);
      workers.run((worker, all) -> runs.incrementAndGet(worker));
      assertEquals("[1, 1, 1]", runs.toString());
    }
  }

  /** Other languages throw checked exceptions from anywhere; a thread must survive that. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void checkedExceptionsDoNotEndAThread(int thrower) {
    InterruptedException checked = new InterruptedException("undeclared");
    try (WorkerThreads workers = new WorkerThreads(2)) {
      IllegalStateException thrown =
          assertThrows(IllegalStateException.class, () -> workers.run(throwing(thrower, checked)));
      assertSame(checked, thrown.getCause());
      AtomicIntegerArray runs = new AtomicIntegerArray(2);
      workers.run((worker, all) -> runs.incrementAndGet(worker));
      assertEquals("[1, 1]", runs.toString());
    }
  }

  @Test
  void allMayThrowAtOnce() {
    try (WorkerThreads workers = new WorkerThreads(4)) {
      for (int region = 0; region < 50; region++) {
        assertThrows(
            ArithmeticException.class,
            () ->
                workers.run(
                    (worker, all) -> {
                      throw new ArithmeticException();
                    }));
      }
      workers.run((worker, all) -> {});
    }
  }

  @Test
  void interruptedCallerFinishesTheRegionAndStaysInterrupted() {
    AtomicIntegerArray runs = new AtomicIntegerArray(2);
    try (WorkerThreads workers = new WorkerThreads(2)) {
      Thread.currentThread().interrupt();
      for (int region = 0; region < 100; region++) {
        workers.run((worker, all) -> runs.incrementAndGet(worker));
      }
    } finally {
      assertTrue(Thread.interrupted());
    }
    assertEquals("[100, 100]", runs.toString());
  }

  @Test
  void closedThreadsEndAndRefuse() throws InterruptedException {
    WorkerThreads workers = new WorkerThreads(3);
    Thread[] threads = new Thread[3];
    workers.run((worker, all) -> threads[worker] = Thread.currentThread());
    assertSame(Thread.currentThread(), threads[0], "the caller is one of them");
    Thread.sleep(20);
    workers.close();
    workers.close();
    for (int worker = 1; worker < 3; worker++) {
      assertTrue(threads[worker].isDaemon());
      threads[worker].join(10_000);
      assertTrue(!threads[worker].isAlive(), "worker " + worker);
    }
    assertThrows(IllegalStateException.class, () -> workers.run((worker, all) -> {}));
  }

  private static Workers.Task throwing(int thrower, Throwable thrown) {
    return (worker, all) -> {
      if (worker == thrower) {
        WorkerThreadsTest.<RuntimeException>sneak(thrown);
      }
    };
  }

  @SuppressWarnings("unchecked") // that is the trick: the compiler does not see what is thrown
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
