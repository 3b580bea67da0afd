package dev.mobilellm.runtime.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.testkit.Fixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long prompts that come while answers are made. */
class ChunkedPrefillTest {

  private static final int CHUNK = 7;
  private static final int PROMPT = 9 * CHUNK;

  /** The likeliest token. */
  private static final class Greedy implements SamplerProvider {
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

  /** Notes what happens to an answer, in the order of all. */
  private record Witness(String name, List<String> events, CountDownLatch first)
      implements AnswerListener {

    @Override
    public void prefill(int done, int total) {
      if (done < total) {
        events.add(name);
      }
    }

    @Override
    public void token(int id) {
      events.add(name + " writes");
      first.countDown();
    }
  }

  @TempDir private Path folder;

  @Test
  void nobodyWaitsForMoreThanAChunkAndThoseThatReadTakeTurns() throws Exception {
    SchedulerOptions options =
        SchedulerOptions.DEFAULT.withChunkTokens(CHUNK).withPrefixCache(false);
    List<String> events = Collections.synchronizedList(new ArrayList<>());
    try (LanguageModel model =
            LanguageModel.load(
                Fixtures.checkpoint("r1-bf16", folder),
                LoadOptions.DEFAULT.withDevice("reference").withContext(128).withMaxBatchTokens(24),
                PluginRegistry.builtIn().with(Service.SAMPLER, new Greedy()),
                LoadListener.NONE);
        Scheduler scheduler = model.schedule(options)) {
      CountDownLatch begun = new CountDownLatch(1);
      Witness writer = new Witness("writer", events, begun);
      CompletableFuture<Generation> running = scheduler.submit(request(5, 100), writer);
      begun.await();
      CompletableFuture<Generation> one =
          scheduler.submit(request(PROMPT, 1), new Witness("one", events, begun));
      CompletableFuture<Generation> two =
          scheduler.submit(request(PROMPT, 1), new Witness("two", events, begun));
      running.join();
      one.join();
      two.join();
    }
    for (String reader : List.of("one", "two")) {
      assertEquals(Math.ceilDiv(PROMPT, CHUNK), Collections.frequency(events, reader));
    }
    List<String> chunks = events.stream().filter(List.of("one", "two")::contains).toList();
    for (int i = chunks.indexOf("two") + 1; i <= chunks.lastIndexOf("one"); i++) {
      assertNotEquals(chunks.get(i - 1), chunks.get(i), chunks::toString);
    }
    int last = -1;
    for (int i = 0; i < events.size(); i++) {
      if (chunks.contains(events.get(i))) {
        assertTrue(last < 0 || events.subList(last, i).contains("writer writes"), events::toString);
        last = i;
      }
    }
  }

  private static AnswerRequest request(int length, int maxTokens) {
    return new AnswerRequest(
        new Prompt(new Random(length).ints(length, 7, 190).toArray()),
        new GenerationOptions(
            SamplingOptions.GREEDY, Optional.empty(), maxTokens, List.of(), false, true));
  }
}
