package dev.mobilellm.runtime.scheduling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.generation.AnswerSetting;
import dev.mobilellm.runtime.generation.ForwardPass;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.spi.device.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What answers leave of their memory for keys and values when something in them fails. */
class FaultMemoryTest extends SchedulerSetup {

  private OpenSequences program;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5})
  void aProcessorThatFailsLeavesNothing(int token) throws Exception {
    try (Scheduler scheduler = schedule(SchedulerOptions.DEFAULT)) {
      List<CompletableFuture<Generation>> answers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        answers.add(scheduler.submit(faulty(prompt(i, 30, 0), 8, token), AnswerListener.NONE));
      }
      answers.forEach(answer -> assertFails(IllegalStateException.class, answer));
      assertNothingIsLeft(scheduler);
      assertEquals(6, scheduler.status().totals().failed());
    }
  }

  @Test
  void othersThatShareItsBeginningKeepTheirs() throws Exception {
    try (Scheduler scheduler = schedule(SchedulerOptions.DEFAULT)) {
      AnswerRequest good = request(prompt(1, 40, 0), 8, 1);
      Generation alone = answer(scheduler.submit(good, AnswerListener.NONE));
      CompletableFuture<Generation> failing =
          scheduler.submit(faulty(prompt(1, 40, 0), 8, 3), AnswerListener.NONE);
      CompletableFuture<Generation> other = scheduler.submit(good, AnswerListener.NONE);
      assertFails(IllegalStateException.class, failing);
      Generation together = answer(other);
      assertArrayEquals(alone.tokens(), together.tokens());
      assertTrue(together.cachedTokens() > 0);
      SchedulerStatus status = scheduler.status();
      assertEquals(status.cachedPrompts(), program.count(), "sequences that nobody uses");
      assertEquals(
          status.cachedPrompts() * model.cacheBytes(40 + alone.tokens().length - 1),
          status.cacheBytes());
    }
    assertEquals(0, program.count());
  }

  @Test
  void aListenerThatFailsLeavesNothing() throws Exception {
    AnswerListener rude =
        new AnswerListener() {
          @Override
          public void token(int id) {
            throw new AssertionError("rude");
          }
        };
    try (Scheduler scheduler = schedule(SchedulerOptions.DEFAULT)) {
      assertFails(AssertionError.class, scheduler.submit(request(prompt(1, 30, 0), 8, 1), rude));
      assertNothingIsLeft(scheduler);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = OpenSequences.Call.class,
      names = {"OPEN", "TRUNCATE", "FORWARD"})
  void aDeviceThatFailsLeavesNothing(OpenSequences.Call call) throws Exception {
    try (Scheduler scheduler = schedule(SchedulerOptions.DEFAULT.withPrefixCache(false))) {
      AnswerRequest request = request(prompt(1, 30, 0), 8, 1);
      program.failAt(call);
      assertFails(DeviceException.class, scheduler.submit(request, AnswerListener.NONE));
      assertNothingIsLeft(scheduler);
      assertEquals(8, answer(scheduler.submit(request, AnswerListener.NONE)).tokens().length);
      assertNothingIsLeft(scheduler);
    }
  }

  @Test
  void aForkThatFailsEndsItsOwnAnswerOnly() throws Exception {
    try (Scheduler scheduler = schedule(SchedulerOptions.DEFAULT)) {
      CountDownLatch submitted = new CountDownLatch(1);
      AnswerListener patient =
          new AnswerListener() {
            @Override
            public void prefill(int done, int total) {
              awaitQuietly(submitted);
            }
          };
      CompletableFuture<Generation> first =
          scheduler.submit(request(prompt(9, 5, 0), 8, 1), patient);
      // Both start before one of them has read anything that the other could fork.
      AnswerRequest same = request(prompt(1, 60, 0), 8, 1);
      CompletableFuture<Generation> second = scheduler.submit(same, AnswerListener.NONE);
      CompletableFuture<Generation> third = scheduler.submit(same, AnswerListener.NONE);
      program.failAt(OpenSequences.Call.FORK);
      submitted.countDown();
      assertEquals(8, answer(first).tokens().length);
      assertEquals(8, answer(second).tokens().length);
      assertFails(DeviceException.class, third);
      assertTrue(program.hasFailed());
      assertEquals(0, scheduler.status().running());
      assertEquals(scheduler.status().cachedPrompts(), program.count());
    }
    assertEquals(0, program.count());
  }

  private Scheduler schedule(SchedulerOptions options) {
    program = new OpenSequences(model.compiled());
    return new Scheduler(
        new ForwardPass(program),
        new AnswerSetting(
            PLUGINS, Optional.empty(), model.eosTokens(), model.program().vocabularySize()),
        CONTEXT,
        BATCH,
        model::cacheBytes,
        options);
  }

  private void assertNothingIsLeft(Scheduler scheduler) {
    assertEquals(0, program.count(), "open sequences");
    assertEquals(0, scheduler.status().cacheBytes());
    assertEquals(0, scheduler.status().cachedPrompts());
    assertEquals(0, scheduler.status().running());
  }

  private static void assertFails(
      Class<? extends Throwable> expected, CompletableFuture<Generation> answer) {
    CompletionException e =
        assertThrows(CompletionException.class, answer.orTimeout(1, TimeUnit.MINUTES)::join);
    assertInstanceOf(expected, e.getCause());
  }

  private static Generation answer(CompletableFuture<Generation> answer) throws Exception {
    return answer.get(1, TimeUnit.MINUTES);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
