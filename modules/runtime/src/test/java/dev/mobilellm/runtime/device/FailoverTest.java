package dev.mobilellm.runtime.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.bench.BenchPlan;
import dev.mobilellm.runtime.bench.Benchmark;
import dev.mobilellm.runtime.device.FakeProvider.Call;
import dev.mobilellm.runtime.generation.Conversation;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationListener;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.testkit.Fixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device fails in the middle of a conversation, and nobody would know but for a line. */
class FailoverTest {

  private static final int TOKENS = 12;
  private static final int[] PROMPT = {3, 14, 15, 92, 65, 35, 89, 79, 32, 38};
  private static final int[] OTHER_PROMPT = {2, 71, 82, 81, 82, 84};

  @TempDir private Path folder;
  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
  private Path checkpoint;

  /** Draws from the whole distribution, so that a lost or repeated draw is noticed. */
  private static final class Drawing implements SamplerProvider {
    @Override
    public String name() {
      return "drawing";
    }

    @Override
    public Match matches(SamplingOptions options) {
      return Match.yes("it always fits");
    }

    @Override
    public Sampler create(SamplingOptions options) {
      return (candidates, random) -> {
        double most = candidates.logit(candidates.argmax());
        double sum = 0;
        for (int i = 0; i < candidates.size(); i++) {
          sum += Math.exp(candidates.logit(i) - most);
        }
        double left = random.nextDouble() * sum;
        int index = -1;
        while (left >= 0 && index + 1 < candidates.size()) {
          index++;
          left -= Math.exp(candidates.logit(index) - most);
        }
        return candidates.id(index);
      };
    }
  }

  @BeforeEach
  void copyCheckpoint() {
    checkpoint = Fixtures.checkpoint("r1-bf16", folder);
  }

  @ParameterizedTest
  @CsvSource({
    "FORWARD, 0",
    "FORWARD, 1",
    "FORWARD, 2",
    "FORWARD, 3",
    "FORWARD, 7",
    "FORWARD, 13",
    "READ, 0",
    "READ, 1",
    "READ, 6",
    "READ, 11",
    "SEQUENCE, 0"
  })
  void theAnswerIsTheSameWhereverItFails(Call call, int after) {
    Generation expected = undisturbed(PROMPT);
    FakeProvider gpu = FakeProvider.gpu().failingAt(call, after);
    FakeProvider java = FakeProvider.java();
    try (LanguageModel model = load("auto", gpu, java)) {
      assertFalse(java.events.contains("open java"), "opened only when it is needed");
      Generation answer = model.generate(new Prompt(PROMPT), options(), text -> {});
      assertArrayEquals(expected.tokens(), answer.tokens());
      assertEquals(
          List.of(
              "The device \"gpu\" failed to %s. The device \"java\" goes on in its place."
                  .formatted(call)),
          notes);
      assertEquals("java", model.device().info().id());
      assertEquals("gpu:0 failed", model.device().reason());
      assertTrue(gpu.events.contains("close gpu:0"), "memory is given back");
    }
    assertEquals(1, java.events.stream().filter("open java"::equals).count());
    assertTrue(java.events.contains("close java"), "closed with the model");
  }

  @Test
  void aNamedDeviceFailsOverTooOnceItRuns() {
    FakeProvider gpu = FakeProvider.gpu().failingAt(Call.FORWARD, 4);
    try (LanguageModel model = load("gpu:0", gpu, FakeProvider.java())) {
      Generation answer = model.generate(new Prompt(PROMPT), options(), text -> {});
      assertArrayEquals(undisturbed(PROMPT).tokens(), answer.tokens());
    }
    assertEquals(1, notes.size());
  }

  @Test
  void aConversationKeepsItsCache() {
    FakeProvider gpu = FakeProvider.gpu().failingAt(Call.FORWARD, 6);
    try (LanguageModel model = load("auto", gpu, FakeProvider.java());
        Conversation conversation = model.open(64)) {
      Generation first =
          conversation.generate(new Prompt(PROMPT), options(), GenerationListener.NONE);
      int[] longer =
          Stream.of(PROMPT, first.tokens(), OTHER_PROMPT).flatMapToInt(IntStream::of).toArray();
      Generation second =
          conversation.generate(new Prompt(longer), options(), GenerationListener.NONE);
      assertEquals(PROMPT.length + TOKENS - 1, second.cachedTokens());
      assertArrayEquals(undisturbed(longer).tokens(), second.tokens());
      assertEquals(64, conversation.capacity());
    }
  }

  @Test
  void twoConversationsAtOnceGoOnBoth() throws Exception {
    int[] expectedOne = undisturbed(PROMPT).tokens();
    int[] expectedTwo = undisturbed(OTHER_PROMPT).tokens();
    for (int after = 0; after < 24; after += 3) {
      notes.clear();
      FakeProvider gpu = FakeProvider.gpu().failingAt(Call.FORWARD, after);
      try (LanguageModel model = load("auto", gpu, FakeProvider.java());
          ExecutorService threads = Executors.newFixedThreadPool(2)) {
        Callable<int[]> one = () -> model.generate(new Prompt(PROMPT), options(), t -> {}).tokens();
        Callable<int[]> two =
            () -> model.generate(new Prompt(OTHER_PROMPT), options(), t -> {}).tokens();
        List<Future<int[]>> answers = threads.invokeAll(List.of(one, two));
        assertArrayEquals(expectedOne, answers.getFirst().get());
        assertArrayEquals(expectedTwo, answers.getLast().get());
        assertEquals(1, notes.size(), () -> "said once: " + notes);
      }
    }
  }

  @Test
  void ifNothingCanTakeOverTheErrorNamesBoth() {
    for (Call call : List.of(Call.OPEN, Call.COMPILE, Call.FORWARD, Call.READ)) {
      FakeProvider gpu = FakeProvider.gpu().failingAt(Call.FORWARD, 3);
      FakeProvider java = FakeProvider.java().failingAt(call, 0);
      try (LanguageModel model = load("auto", gpu, java)) {
        String message =
            assertThrows(
                    DeviceException.class,
                    () -> model.generate(new Prompt(PROMPT), options(), text -> {}))
                .getMessage();
        if (call == Call.READ) {
          assertEquals("The device \"java\" failed to READ.", message);
        } else {
          assertEquals(
              "The device \"gpu\" failed to FORWARD. No other device can go on in its place:"
                  + " The device \"java\" failed to %s.".formatted(call),
              message);
        }
      }
    }
  }

  @Test
  void withoutAnotherDeviceTheFailureIsTheCallers() {
    FakeProvider gpu = FakeProvider.gpu().failingAt(Call.FORWARD, 3);
    try (LanguageModel model = load("auto", gpu)) {
      assertThrows(
          DeviceException.class, () -> model.generate(new Prompt(PROMPT), options(), text -> {}));
    }
    assertEquals(List.of(), notes);
  }

  @Test
  void whatIsTooLargeForAGpuGoesToTheNextDevice() {
    FakeProvider gpu = FakeProvider.gpu().failingAt(Call.COMPILE, 0);
    try (LanguageModel model = load("auto", gpu, FakeProvider.java())) {
      assertEquals("java", model.device().info().id());
      assertEquals("gpu:0 failed; reference has no GPU", model.device().reason());
      assertEquals(
          List.of("The device \"gpu\" failed to COMPILE. Another device is used instead."), notes);
      assertTrue(gpu.events.contains("close gpu:0"), "memory is given back");
    }
  }

  @Test
  void whatIsTooLargeForANamedDeviceIsAnError() {
    FakeProvider gpu = FakeProvider.gpu().failingAt(Call.COMPILE, 0);
    DeviceException e =
        assertThrows(DeviceException.class, () -> load("gpu:0", gpu, FakeProvider.java()).close());
    assertEquals("The device \"gpu\" failed to COMPILE.", e.getMessage());
    assertEquals(List.of(), notes);
  }

  @Test
  void aMeasurementDoesNotMixDevices() {
    FakeProvider gpu = FakeProvider.gpu().failingAt(Call.FORWARD, 4);
    try (LanguageModel model = load("auto", gpu, FakeProvider.java())) {
      BenchPlan plan = new BenchPlan(4, 2, List.of(0), List.of(1), 2);
      assertThrows(
          DeviceException.class, () -> Benchmark.run(model, plan, false, LoadProgress.NONE));
    }
  }

  private Generation undisturbed(int[] prompt) {
    try (LanguageModel model = load("java", FakeProvider.java())) {
      return model.generate(new Prompt(prompt), options(), text -> {});
    }
  }

  /** With chunks of four tokens, so that prompts take several passes. */
  private LanguageModel load(String device, FakeProvider... providers) {
    PluginRegistry registry = PluginRegistry.builtIn().with(Service.SAMPLER, new Drawing());
    for (FakeProvider provider : providers) {
      registry = registry.with(Service.DEVICE, provider);
    }
    return LanguageModel.load(
        checkpoint,
        LoadOptions.DEFAULT.withDevice(device).withMaxBatchTokens(4),
        registry,
        new LoadListener() {
          @Override
          public void fallback(String message) {
            notes.add(message);
          }
        });
  }

  private static GenerationOptions options() {
    SamplingOptions seeded =
        new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of(), OptionalLong.of(7), Map.of());
    return new GenerationOptions(seeded, Optional.empty(), TOKENS, List.of(), false, true);
  }
}
