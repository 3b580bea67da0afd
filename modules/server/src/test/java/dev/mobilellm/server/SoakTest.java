package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import dev.mobilellm.runtime.scheduling.SchedulerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Clients of every kind for a while, and then whether everything is as it was: for seconds in each
 * build, for 20 minutes with {@code -Psoak}.
 */
class SoakTest {

  private static final int CLIENTS = 12;
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("mobilellm.soak.seconds", 15));

  @Test
  void nothingIsLeftBehindAndNothingIsWrong() throws Exception {
    SchedulerOptions scheduling =
        SchedulerOptions.DEFAULT.withMaxRunning(4).withMaxQueued(6).withCacheBytes(24L << 20);
    ServerOptions options =
        DemoServer.options(
            List.of(), List.of(), SlowReaderTest.limits(Duration.ofSeconds(1), 100_000));
    try (DemoServer demo = DemoServer.start(scheduling, options)) {
      SoakClient client = new SoakClient(demo);
      // Until everything has been compiled and cached that will be.
      run(client, TIME.dividedBy(3));
      SoakState before = SoakState.now(demo);
      run(client, TIME.minus(TIME.dividedBy(3)));
      SoakState after = SoakState.now(demo);
      SchedulerStatus status = demo.server().status();
      System.out.printf(
          "Soak of %d s: %s%n  before %s%n  after  %s%n  %s%n",
          TIME.toSeconds(), client.counts(), before, after, status);
      assertEquals(List.of(), client.faults());
      assertEquals(0, status.running());
      assertEquals(0, status.queued());
      assertTrue(status.cacheBytes() <= scheduling.cacheBytes(), status::toString);
      SchedulerStatus.Totals totals = status.totals();
      assertEquals(
          totals.accepted(),
          totals.completed() + totals.cancelled() + totals.failed(),
          "each accepted request has ended");
      assertTrue(client.checked() > 0 && totals.cancelled() > 0, client::counts);
      after.assertNotAbove(before);
      // All places are free: as many at once as there are.
      client.fillAllPlaces(scheduling.maxRunning());
    }
  }

  private static void run(SoakClient client, Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Random random = new Random(i);
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (System.nanoTime() < end) {
                      client.act(random);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
