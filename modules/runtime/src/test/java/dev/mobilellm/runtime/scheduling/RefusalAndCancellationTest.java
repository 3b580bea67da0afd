package dev.mobilellm.runtime.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.spi.UsageException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Requests that are not taken, are given up, or are cut off. */
class RefusalAndCancellationTest extends SchedulerSetup {

  @Test
  void badRequestsAreToldBeforeAnythingRuns() {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      assertThrows(
          UsageException.class,
          () -> scheduler.submit(request(new int[] {99_999}, 1, 1), AnswerListener.NONE));
      assertThrows(
          UsageException.class,
          () -> scheduler.submit(request(new int[CONTEXT + 1], 1, 1), AnswerListener.NONE));
      assertEquals(0, scheduler.status().totals().accepted());
    }
  }

  @Test
  void aFullQueueRefusesAndSaysWhenToComeBack() {
    SchedulerOptions options = SchedulerOptions.DEFAULT.withMaxRunning(1).withMaxQueued(1);
    try (Scheduler scheduler = model.schedule(options)) {
      CompletableFuture<Generation> running =
          scheduler.submit(request(prompt(1, 5, 0), 100, 1), AnswerListener.NONE);
      CompletableFuture<Generation> waiting =
          scheduler.submit(request(prompt(2, 5, 0), 2, 1), AnswerListener.NONE);
      RefusedException e =
          assertThrows(
              RefusedException.class,
              () -> scheduler.submit(request(prompt(3, 5, 0), 2, 1), AnswerListener.NONE));
      assertEquals(RefusedException.Reason.QUEUE_FULL, e.reason());
      assertTrue(e.retryAfter().orElseThrow().toSeconds() >= 1);
      running.join();
      assertEquals(2, waiting.join().tokens().length);
    }
  }

  @Test
  void whoGoesAwayLeavesWithinAStep() throws InterruptedException {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      Client client = new Client(3);
      Generation generation = scheduler.submit(request(prompt(1, 5, 0), 100, 1), client).join();
      assertEquals(FinishReason.CANCELLED, generation.finishReason());
      assertEquals(3, client.tokens.size());
    }
  }

  @Test
  void drainingFinishesWhatRunsAndTakesNothingNew() throws InterruptedException {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      CompletableFuture<Generation> running =
          scheduler.submit(request(prompt(1, 5, 0), 20, 1), AnswerListener.NONE);
      assertTrue(scheduler.drain(Duration.ofMinutes(5)));
      assertTrue(running.isDone());
      RefusedException e =
          assertThrows(
              RefusedException.class,
              () -> scheduler.submit(request(prompt(1, 5, 0), 2, 1), AnswerListener.NONE));
      assertEquals(RefusedException.Reason.CLOSING, e.reason());
    }
  }

  @Test
  void closingEndsWhatRuns() throws InterruptedException {
    Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT);
    Client client = new Client(Integer.MAX_VALUE);
    CompletableFuture<Generation> running =
        scheduler.submit(request(prompt(1, 5, 0), 100, 1), client);
    client.first.await();
    scheduler.close();
    if (running.isCompletedExceptionally()) {
      CompletionException e = assertThrows(CompletionException.class, running::join);
      assertInstanceOf(RefusedException.class, e.getCause());
    } else {
      assertEquals(100, running.join().tokens().length);
    }
  }
}
