package dev.mobilellm.runtime.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.generation.Generation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Memory for key/value caches: what is kept in it, what goes first, and who waits for room. */
class CacheMemoryTest extends SchedulerSetup {

  @Test
  void aConversationThatContinuesReadsWhatIsNew() {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      int[] prompt = prompt(3, 30, 0);
      int[] answer = scheduler.submit(request(prompt, 6, 1), AnswerListener.NONE).join().tokens();
      int[] longer = Arrays.copyOf(prompt, 40);
      System.arraycopy(answer, 0, longer, 30, 6);
      Generation second = scheduler.submit(request(longer, 6, 1), AnswerListener.NONE).join();
      assertEquals(35, second.cachedTokens());
    }
  }

  @Test
  void theLeastRecentlyUsedPromptGoesFirst() {
    long room = 3 * model.cacheBytes(20);
    SchedulerOptions options = SchedulerOptions.DEFAULT.withCacheBytes(room);
    try (Scheduler scheduler = model.schedule(options)) {
      for (int i : new int[] {1, 2, 3, 1, 4}) {
        scheduler.submit(request(prompt(i, 10, 0), 10, 1), AnswerListener.NONE).join();
        assertTrue(scheduler.status().cacheBytes() <= room);
      }
      assertEquals(9, cached(scheduler, prompt(1, 10, 0)));
      assertEquals(0, cached(scheduler, prompt(2, 10, 0)));
      assertTrue(scheduler.status().totals().evictions() >= 1);
    }
  }

  @Test
  void whatCanNeverFitIsRefusedAtOnce() {
    AnswerRequest large = request(prompt(1, 10, 0), CONTEXT, 1);
    long needed = model.cacheBytes(CONTEXT);
    for (long room : new long[] {1, needed - 1}) {
      try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT.withCacheBytes(room))) {
        RefusedException e =
            assertThrows(
                RefusedException.class, () -> scheduler.submit(large, AnswerListener.NONE));
        assertEquals(RefusedException.Reason.TOO_LARGE, e.reason());
        assertTrue(e.getMessage().contains("key/value cache"), e.getMessage());
      }
    }
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT.withCacheBytes(needed))) {
      assertTrue(scheduler.submit(large, AnswerListener.NONE).join().tokens().length > 0);
    }
  }

  @Test
  void memoryIsPromisedBeforeAnAnswerStarts() {
    // Room for one at a time: the others wait, and all are answered.
    long room = model.cacheBytes(20);
    SchedulerOptions options = SchedulerOptions.DEFAULT.withCacheBytes(room);
    try (Scheduler scheduler = model.schedule(options)) {
      List<CompletableFuture<Generation>> answers = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        answers.add(scheduler.submit(request(prompt(i, 10, 0), 10, i), AnswerListener.NONE));
        assertTrue(scheduler.status().running() <= 1);
      }
      answers.forEach(answer -> assertEquals(10, answer.join().tokens().length));
    }
  }

  private static int cached(Scheduler scheduler, int[] prompt) {
    return scheduler.submit(request(prompt, 1, 1), AnswerListener.NONE).join().cachedTokens();
  }
}
