package dev.mobilellm.kernels.java.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WorkersTest {

  @Test
  void sharesFollowEachOtherAndCoverEverything() {
    for (int items : new int[] {0, 1, 2, 15, 16, 17, 31, 64, 100, 1000, 128_256}) {
      for (int grain : new int[] {1, 4, 16, 64}) {
        for (int workers : new int[] {1, 2, 3, 5, 8, 64}) {
          assertShares(items, grain, workers);
        }
      }
    }
    assertShares(Integer.MAX_VALUE - 64, 16, 64);
  }

  private static void assertShares(int items, int grain, int workers) {
    String what = "%d items in %ds for %d".formatted(items, grain, workers);
    assertEquals(0, Workers.start(items, grain, 0, workers), what);
    assertEquals(items, Workers.start(items, grain, workers, workers), what);
    int grains = (items + grain - 1) / grain;
    for (int worker = 0; worker < workers; worker++) {
      int from = Workers.start(items, grain, worker, workers);
      int to = Workers.start(items, grain, worker + 1, workers);
      assertTrue(from <= to, what);
      assertTrue(from == items || from % grain == 0, what);
      assertTrue(to - from <= (grains + workers - 1) / workers * (long) grain, what + ": fair");
    }
  }
}
