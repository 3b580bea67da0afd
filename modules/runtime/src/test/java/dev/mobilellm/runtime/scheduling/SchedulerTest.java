package dev.mobilellm.runtime.scheduling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.generation.Generation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Requests that are answered together: each gets what it gets alone. */
class SchedulerTest extends SchedulerSetup {

  @Test
  void companyChangesNothing() {
    Random random = new Random(7);
    List<AnswerRequest> requests = new ArrayList<>();
    List<Client> clients = new ArrayList<>();
    List<CompletableFuture<Generation>> answers = new ArrayList<>();
    SchedulerOptions options =
        SchedulerOptions.DEFAULT.withMaxRunning(5).withChunkTokens(7).withMaxQueued(40);
    try (Scheduler scheduler = model.schedule(options)) {
      for (int i = 0; i < 30; i++) {
        // Few different beginnings, so that what others left is used.
        int[] prompt = prompt(random.nextInt(4), 1 + random.nextInt(40), random.nextInt(2));
        requests.add(request(prompt, 1 + random.nextInt(12), i));
        clients.add(new Client(random.nextInt(4) == 0 ? random.nextInt(6) : Integer.MAX_VALUE));
        answers.add(scheduler.submit(requests.getLast(), clients.getLast()));
        if (random.nextInt(4) == 0) {
          answers.get(random.nextInt(answers.size())).join();
        }
      }
      answers.forEach(CompletableFuture::join);
      assertTrue(scheduler.status().totals().cacheHits() > 0);
      assertTrue(scheduler.status().totals().cancelled() > 0);
      assertEquals(0, scheduler.status().running());
    }
    for (int i = 0; i < requests.size(); i++) {
      int[] alone = alone(requests.get(i)).tokens();
      int[] together = answers.get(i).join().tokens();
      int expected = Math.min(alone.length, clients.get(i).patience);
      assertArrayEquals(Arrays.copyOf(alone, expected), together, "request " + i);
    }
  }

  @Test
  void passesAreShared() {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      List<CompletableFuture<Generation>> answers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        answers.add(scheduler.submit(request(prompt(i, 5, 0), 20, i), AnswerListener.NONE));
      }
      answers.forEach(CompletableFuture::join);
      assertTrue(scheduler.status().totals().passes() < 80, () -> scheduler.status().toString());
      assertEquals(120, scheduler.status().totals().generatedTokens());
    }
  }

  @Test
  void likelihoodsAreThoseOfTheModel() {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      Client client = new Client(Integer.MAX_VALUE);
      AnswerRequest request = request(prompt(1, 5, 0), 5, 1);
      scheduler
          .submit(
              new AnswerRequest(request.prompt(), request.options(), OptionalInt.of(192)), client)
          .join();
      assertEquals(5, client.likelihoods.size());
      for (int i = 0; i < 5; i++) {
        Likelihood likelihood = client.likelihoods.get(i);
        assertEquals(client.tokens.get(i), likelihood.token());
        double sum =
            likelihood.alternatives().stream().mapToDouble(a -> Math.exp(a.logProbability())).sum();
        assertEquals(1, sum, 1e-6);
        assertTrue(
            likelihood.alternatives().subList(0, 4).stream()
                .anyMatch(
                    a ->
                        a.token() == likelihood.token()
                            && a.logProbability() == likelihood.logProbability()));
      }
    }
  }

  @Test
  void aFaultEndsItsOwnRequestOnly() {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      AnswerRequest good = request(prompt(1, 6, 0), 10, 3);
      AnswerRequest bad = faulty(prompt(1, 6, 0), 10, 2);
      CompletableFuture<Generation> first = scheduler.submit(good, AnswerListener.NONE);
      CompletableFuture<Generation> failing = scheduler.submit(bad, AnswerListener.NONE);
      CompletableFuture<Generation> last = scheduler.submit(good, AnswerListener.NONE);
      CompletionException e = assertThrows(CompletionException.class, failing::join);
      assertInstanceOf(IllegalStateException.class, e.getCause());
      assertArrayEquals(alone(good).tokens(), first.join().tokens());
      assertArrayEquals(alone(good).tokens(), last.join().tokens());
      assertEquals(1, scheduler.status().totals().failed());
    }
  }

  @Test
  void aListenerThatThrowsEndsItsOwnRequestOnly() {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      AnswerListener rude =
          new AnswerListener() {
            @Override
            public void prefill(int done, int total) {
              throw new IllegalStateException("rude");
            }
          };
      AnswerRequest request = request(prompt(2, 9, 0), 4, 1);
      CompletableFuture<Generation> failing = scheduler.submit(request, rude);
      CompletableFuture<Generation> other = scheduler.submit(request, AnswerListener.NONE);
      assertThrows(CompletionException.class, failing::join);
      assertEquals(4, other.join().tokens().length);
    }
  }
}
