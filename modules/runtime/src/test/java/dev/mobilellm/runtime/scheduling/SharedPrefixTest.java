package dev.mobilellm.runtime.scheduling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.generation.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Prompts that begin with the same system message. */
class SharedPrefixTest extends SchedulerSetup {

  private static final int SHARED = 60;
  private static final int OWN = 10;

  @Test
  void whoComesLaterForksAndNobodyForgets() {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      Generation first = answer(scheduler, prompt(1));
      assertEquals(0, first.cachedTokens());
      assertEquals(SHARED, answer(scheduler, prompt(2)).cachedTokens());
      int[] next = IntStream.of(join(prompt(1), first.tokens())).toArray();
      Generation second = answer(scheduler, join(next, new int[] {9, 8, 7}));
      assertEquals(next.length - 1, second.cachedTokens(), "the first conversation is whole");
      assertArrayEquals(alone(join(next, new int[] {9, 8, 7})), second.tokens());
    }
  }

  @Test
  void whoComeTogetherReadItOnce() {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      List<CompletableFuture<Generation>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(scheduler.submit(request(prompt(i)), AnswerListener.NONE));
      }
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(alone(prompt(i)), answers.get(i).join().tokens(), "answer " + i);
      }
      SchedulerStatus.Totals totals = scheduler.status().totals();
      long read = totals.promptTokens() - totals.cachedTokens();
      assertEquals(4 * (SHARED + OWN), totals.promptTokens());
      assertTrue(read < 2 * SHARED + 4 * OWN, totals::toString);
      assertTrue(totals.cacheHits() <= 4, totals::toString);
    }
  }

  @Test
  void withoutPrefixCacheNothingIsShared() {
    SchedulerOptions options = SchedulerOptions.DEFAULT.withPrefixCache(false);
    try (Scheduler scheduler = model.schedule(options)) {
      List<CompletableFuture<Generation>> answers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        answers.add(scheduler.submit(request(prompt(i)), AnswerListener.NONE));
      }
      answers.forEach(answer -> assertEquals(0, answer.join().cachedTokens()));
      assertEquals(0, scheduler.status().cacheBytes());
    }
  }

  @Test
  void memoryIsKeptToWhenPrefixesAreShared() {
    long room = 3 * model.cacheBytes(SHARED + OWN + 20);
    SchedulerOptions options = SchedulerOptions.DEFAULT.withCacheBytes(room);
    try (Scheduler scheduler = model.schedule(options)) {
      List<CompletableFuture<Generation>> answers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        answers.add(scheduler.submit(request(prompt(i)), AnswerListener.NONE));
        assertTrue(scheduler.status().cacheBytes() <= room);
      }
      for (int i = 0; i < 12; i++) {
        assertArrayEquals(alone(prompt(i)), answers.get(i).join().tokens(), "answer " + i);
        assertTrue(scheduler.status().cacheBytes() <= room);
      }
    }
  }

  private static int[] prompt(int question) {
    return join(
        new Random(1).ints(SHARED, 7, 190).toArray(),
        // The first token already differs.
        join(new int[] {7 + question}, new Random(question).ints(OWN - 1, 7, 190).toArray()));
  }

  private static int[] join(int[] first, int[] second) {
    return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
  }

  private static Generation answer(Scheduler scheduler, int[] prompt) {
    return scheduler.submit(request(prompt), AnswerListener.NONE).join();
  }

  private static AnswerRequest request(int[] prompt) {
    return request(prompt, 20, 1);
  }

  private static int[] alone(int[] prompt) {
    return alone(request(prompt)).tokens();
  }
}
