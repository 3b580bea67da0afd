package dev.mobilellm.runtime.scheduling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.generation.AnswerSetting;
import dev.mobilellm.runtime.generation.ForwardPass;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.testkit.Fixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What answers leave of their memory for keys and values when something in them fails. */
class FaultMemoryTest {

  private static final int CONTEXT = 128;
  private static final int BATCH = 24;

  /** The number of the token at which a request's processor fails. */
  private static final String FAULT = "fault";

  private static final PluginRegistry PLUGINS =
      PluginRegistry.builtIn()
          .with(Service.SAMPLER, new Likeliest())
          .with(Service.PROCESSOR, new Faulty());

  @TempDir private static Path folder;
  private static LanguageModel model;

  private OpenSequences program;

  private static final class Likeliest implements SamplerProvider {
    @Override
    public String name() {
      return "likeliest";
    }

    @Override
    public Match matches(SamplingOptions options) {
      return Match.yes("it always fits");
    }

    @Override
    public Sampler create(SamplingOptions options) {
      return (candidates, _) -> candidates.id(candidates.argmax());
    }
  }

  private static final class Faulty implements LogitsProcessorProvider {
    @Override
    public String name() {
      return "faulty";
    }

    @Override
    public int order() {
      return LOGITS;
    }

    @Override
    public Optional<LogitsProcessor> create(SamplingOptions options) {
      return Optional.ofNullable(options.extra().get(FAULT))
          .map(Integer::parseInt)
          .map(
              token ->
                  (_, history) -> {
                    if (history.size() == history.promptLength() + token) {
                      throw new IllegalStateException("a fault of its own");
                    }
                  });
    }
  }

  @BeforeAll
  static void load() {
    model =
        LanguageModel.load(
            Fixtures.checkpoint("r1-bf16", folder),
            LoadOptions.DEFAULT
                .withDevice("reference")
                .withContext(CONTEXT)
                .withMaxBatchTokens(BATCH),
            PLUGINS,
            LoadListener.NONE);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5})
  void aProcessorThatFailsLeavesNothing(int token) throws Exception {
    try (Scheduler scheduler = schedule(SchedulerOptions.DEFAULT)) {
      List<CompletableFuture<Generation>> answers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        answers.add(scheduler.submit(faulty(prompt(i, 30), token), AnswerListener.NONE));
      }
      answers.forEach(answer -> assertFails(IllegalStateException.class, answer));
      assertNothingIsLeft(scheduler);
      assertEquals(6, scheduler.status().totals().failed());
    }
  }

  @Test
  void othersThatShareItsBeginningKeepTheirs() throws Exception {
    try (Scheduler scheduler = schedule(SchedulerOptions.DEFAULT)) {
      AnswerRequest good = request(prompt(1, 40), SamplingOptions.GREEDY);
      Generation alone = answer(scheduler.submit(good, AnswerListener.NONE));
      CompletableFuture<Generation> failing =
          scheduler.submit(faulty(prompt(1, 40), 3), AnswerListener.NONE);
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
      assertFails(
          AssertionError.class,
          scheduler.submit(request(prompt(1, 30), SamplingOptions.GREEDY), rude));
      assertNothingIsLeft(scheduler);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = OpenSequences.Call.class,
      names = {"OPEN", "TRUNCATE", "FORWARD"})
  void aDeviceThatFailsLeavesNothing(OpenSequences.Call call) throws Exception {
    try (Scheduler scheduler = schedule(SchedulerOptions.DEFAULT.withPrefixCache(false))) {
      AnswerRequest request = request(prompt(1, 30), SamplingOptions.GREEDY);
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
          scheduler.submit(request(prompt(9, 5), SamplingOptions.GREEDY), patient);
      // Both start before one of them has read anything that the other could fork.
      AnswerRequest same = request(prompt(1, 60), SamplingOptions.GREEDY);
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

  private static int[] prompt(int beginning, int length) {
    return new Random(beginning).ints(length, 7, 190).toArray();
  }

  private static AnswerRequest faulty(int[] prompt, int token) {
    return request(prompt, SamplingOptions.GREEDY.withExtra(Map.of(FAULT, String.valueOf(token))));
  }

  private static AnswerRequest request(int[] prompt, SamplingOptions sampling) {
    return new AnswerRequest(
        new Prompt(prompt),
        new GenerationOptions(sampling, Optional.empty(), 8, List.of(), false, true));
  }
}
