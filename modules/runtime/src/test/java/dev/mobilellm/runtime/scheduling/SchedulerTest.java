package dev.mobilellm.runtime.scheduling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.generation.Conversation;
import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationListener;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.testkit.Fixtures;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulerTest {

  private static final int CONTEXT = 128;

  @TempDir private static Path folder;
  private static LanguageModel model;

  /** Picks among the four likeliest by chance. */
  private static final class Lottery implements SamplerProvider {
    @Override
    public String name() {
      return "lottery";
    }

    @Override
    public Match matches(SamplingOptions options) {
      return Match.yes("it always fits");
    }

    @Override
    public Sampler create(SamplingOptions options) {
      return (candidates, random) -> {
        candidates.sortTop(4);
        return candidates.id(random.nextInt(4));
      };
    }
  }

  /** Fails at the third token of a request that asks for it. */
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
      return options.extra().containsKey("faulty")
          ? Optional.of(
              (candidates, history) -> {
                if (history.size() == history.promptLength() + 2) {
                  throw new IllegalStateException("a fault of its own");
                }
              })
          : Optional.empty();
    }
  }

  /** Keeps the tokens, and goes away after so many. */
  private static final class Client implements AnswerListener {
    final List<Integer> tokens = new ArrayList<>();
    final List<Likelihood> likelihoods = new ArrayList<>();
    final CountDownLatch first = new CountDownLatch(1);
    final int patience;

    Client(int patience) {
      this.patience = patience;
    }

    @Override
    public void token(int id) {
      tokens.add(id);
      first.countDown();
    }

    @Override
    public void likelihood(Likelihood likelihood) {
      likelihoods.add(likelihood);
    }

    @Override
    public boolean cancelled() {
      return tokens.size() >= patience;
    }
  }

  @BeforeAll
  static void load() {
    model =
        LanguageModel.load(
            Fixtures.checkpoint("r1-bf16", folder),
            LoadOptions.DEFAULT.withDevice("reference").withContext(CONTEXT).withMaxBatchTokens(24),
            PluginRegistry.builtIn()
                .with(Service.SAMPLER, new Lottery())
                .with(Service.PROCESSOR, new Faulty()),
            LoadListener.NONE);
  }

  @AfterAll
  static void close() {
    model.close();
  }

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
  void aFaultEndsItsOwnRequestOnly() {
    try (Scheduler scheduler = model.schedule(SchedulerOptions.DEFAULT)) {
      AnswerRequest good = request(prompt(1, 6, 0), 10, 3);
      AnswerRequest bad =
          new AnswerRequest(
              good.prompt(),
              good.options()
                  .withSampling(SamplingOptions.GREEDY.withExtra(Map.of("faulty", "yes"))));
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
    SchedulerOptions options = SchedulerOptions.DEFAULT.withCacheBytes(model.cacheBytes(1));
    AnswerRequest large = request(prompt(1, 10, 0), CONTEXT, 1);
    long needed = model.cacheBytes(CONTEXT);
    if (needed > options.cacheBytes()) {
      try (Scheduler scheduler = model.schedule(options)) {
        RefusedException e =
            assertThrows(
                RefusedException.class, () -> scheduler.submit(large, AnswerListener.NONE));
        assertEquals(RefusedException.Reason.TOO_LARGE, e.reason());
      }
    }
    SchedulerOptions nothing = SchedulerOptions.DEFAULT.withCacheBytes(1);
    try (Scheduler scheduler = model.schedule(nothing)) {
      RefusedException e =
          assertThrows(RefusedException.class, () -> scheduler.submit(large, AnswerListener.NONE));
      assertEquals(RefusedException.Reason.TOO_LARGE, e.reason());
      assertTrue(e.getMessage().contains("key/value cache"), e.getMessage());
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

  private static int cached(Scheduler scheduler, int[] prompt) {
    return scheduler.submit(request(prompt, 1, 1), AnswerListener.NONE).join().cachedTokens();
  }

  private static int[] prompt(int beginning, int length, int end) {
    int[] prompt = new Random(beginning).ints(length, 7, 190).toArray();
    prompt[length - 1] += end;
    return prompt;
  }

  private static AnswerRequest request(int[] prompt, int maxTokens, long seed) {
    return new AnswerRequest(
        new Prompt(prompt),
        new GenerationOptions(
            SamplingOptions.GREEDY.withSeed(seed),
            Optional.empty(),
            maxTokens,
            List.of(),
            false,
            true));
  }

  private static Generation alone(AnswerRequest request) {
    try (Conversation conversation = model.open()) {
      return conversation.generate(request.prompt(), request.options(), GenerationListener.NONE);
    }
  }
}
