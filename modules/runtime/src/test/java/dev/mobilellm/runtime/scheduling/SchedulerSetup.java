package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.generation.Conversation;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationListener;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A tiny model that answers by chance, requests to it, and what they are answered alone. */
abstract class SchedulerSetup {

  static final int CONTEXT = 128;
  static final int BATCH = 24;

  static final PluginRegistry PLUGINS =
      PluginRegistry.builtIn()
          .with(Service.SAMPLER, new Lottery())
          .with(Service.PROCESSOR, new Faulty());

  /** The number of the token at which a request's processor fails. */
  private static final String FAULT = "fault";

  @TempDir private static Path folder;
  static LanguageModel model;

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

  /** Fails at the token that a request asks it to. */
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

  /** Keeps the tokens, and goes away after so many. */
  static final class Client implements AnswerListener {
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

  /** Prompts of one beginning are alike but for their length and their last token. */
  static int[] prompt(int beginning, int length, int end) {
    int[] prompt = new Random(beginning).ints(length, 7, 190).toArray();
    prompt[length - 1] += end;
    return prompt;
  }

  /** For exactly so many tokens: the model's own end is ignored. */
  static AnswerRequest request(int[] prompt, int maxTokens, long seed) {
    return request(prompt, maxTokens, SamplingOptions.GREEDY.withSeed(seed));
  }

  /** Its processor fails once so many tokens are there. */
  static AnswerRequest faulty(int[] prompt, int maxTokens, int token) {
    Map<String, String> fault = Map.of(FAULT, String.valueOf(token));
    return request(prompt, maxTokens, SamplingOptions.GREEDY.withSeed(0).withExtra(fault));
  }

  private static AnswerRequest request(int[] prompt, int maxTokens, SamplingOptions sampling) {
    return new AnswerRequest(
        new Prompt(prompt),
        new GenerationOptions(sampling, Optional.empty(), maxTokens, List.of(), false, true));
  }

  /** What a conversation answers that has the model to itself. */
  static Generation alone(AnswerRequest request) {
    try (Conversation conversation = model.open()) {
      return conversation.generate(request.prompt(), request.options(), GenerationListener.NONE);
    }
  }
}
