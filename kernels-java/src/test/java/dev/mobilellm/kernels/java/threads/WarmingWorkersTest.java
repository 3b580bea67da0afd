package dev.mobilellm.kernels.java.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class WarmingWorkersTest {

  @ParameterizedTest
  @CsvSource({"1, 4, 1", "2, 2, 1", "3, 3, 1", "4, 3, 2", "8, 3, 3"})
  void coresAreLeftToTheCompilers(int cores, int count, int expected) {
    try (WorkerThreads all = new WorkerThreads(count)) {
      WarmingWorkers workers = new WarmingWorkers(all, cores, new AtomicLong(Long.MAX_VALUE));
      assertEquals(count, workers.count());
      assertEquals(expected, workersOf(workers));
    }
  }

  @Test
  void allWorkOnceKernelsHaveRunForAWhile() {
    AtomicLong remaining = new AtomicLong(1_000_000);
    try (WorkerThreads all = new WorkerThreads(2)) {
      WarmingWorkers workers = new WarmingWorkers(all, 2, remaining);
      assertEquals(1, workersOf(workers));
      while (remaining.get() > 0) {
        long before = remaining.get();
        workers.run((worker, count) -> Thread.onSpinWait());
        assertTrue(remaining.get() <= before);
      }
      assertEquals(2, workersOf(workers));
    }
  }

  private static int workersOf(WarmingWorkers workers) {
    AtomicInteger seen = new AtomicInteger();
    workers.run((worker, count) -> seen.set(count));
    return seen.get();
  }
}
