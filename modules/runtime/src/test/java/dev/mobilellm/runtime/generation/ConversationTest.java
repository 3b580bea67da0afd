package dev.mobilellm.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConversationTest {

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
      return (candidates, random) -> candidates.id(candidates.argmax());
    }
  }

  private final CountingProgram program = new CountingProgram();
  private final StringBuilder text = new StringBuilder();
  private final GenerationListener listener =
      new GenerationListener() {
        @Override
        public void text(String piece) {
          text.append(piece);
        }
      };

  @Test
  void generatesUntilTheEndOfSequence() {
    Generation generation = run(conversation(300), "abc", GenerationOptions.DEFAULT);
    assertEquals(FinishReason.EOS, generation.finishReason());
    assertEquals(LetterTokenizer.END, generation.tokens()[generation.tokens().length - 1]);
    assertTrue(text.toString().startsWith("defgh"));
    assertEquals(text.toString(), generation.text());
  }

  @Test
  void endsAtTheGivenNumberOfTokens() {
    Generation generation =
        run(conversation(100), "abc", GenerationOptions.DEFAULT.withMaxTokens(3));
    assertEquals(FinishReason.MAX_TOKENS, generation.finishReason());
    assertArrayEquals(new int[] {'d', 'e', 'f'}, generation.tokens());
  }

  @Test
  void endsWhenTheContextIsFull() {
    Generation generation = run(conversation(5), "abc", GenerationOptions.DEFAULT);
    assertEquals(FinishReason.CONTEXT, generation.finishReason());
    assertEquals("def", generation.text());
  }

  @Test
  void aPromptMayFillTheContext() {
    Generation generation = run(conversation(3), "abc", GenerationOptions.DEFAULT);
    assertEquals("d", generation.text());
  }

  @Test
  void aPromptLongerThanTheContextNamesBothNumbers() {
    UsageException e =
        assertThrows(
            UsageException.class, () -> run(conversation(3), "abcd", GenerationOptions.DEFAULT));
    assertTrue(e.getMessage().contains("4") && e.getMessage().contains("3"), e.getMessage());
  }

  @Test
  void anUnknownTokenIsRefused() {
    assertThrows(
        UsageException.class,
        () ->
            conversation(3)
                .generate(new Prompt(new int[] {999}), GenerationOptions.DEFAULT, listener));
  }

  @Test
  void aBiasForAnUnknownTokenIsRefusedBeforeAnythingIsRead() {
    for (int token : new int[] {-1, CountingProgram.VOCABULARY}) {
      SamplingOptions biased =
          new SamplingOptions(
              0, 0, 1, 0, 1, 0, 0, Map.of(1, 2f, token, 2f), OptionalLong.empty(), Map.of());
      UsageException e =
          assertThrows(
              UsageException.class,
              () -> run(conversation(9), "abc", GenerationOptions.DEFAULT.withSampling(biased)));
      assertEquals(
          "The logit-bias token %d is not in the vocabulary of 0 to %d."
              .formatted(token, CountingProgram.VOCABULARY - 1),
          e.getMessage());
    }
    assertEquals(List.of(), program.batchSizes);
  }

  @Test
  void aStopStringEndsTheAnswer() {
    Generation generation =
        run(conversation(100), "abc", GenerationOptions.DEFAULT.withStop(List.of("hi")));
    assertEquals(FinishReason.STOP_STRING, generation.finishReason());
    assertEquals("defg", generation.text());
  }

  @Test
  void longPromptsAreReadInChunks() {
    run(conversation(100), "abcdefghij", GenerationOptions.DEFAULT.withMaxTokens(1));
    assertEquals(List.of(4, 4, 2), program.batchSizes);
  }

  @Test
  void aLongerPromptReusesWhatIsCached() {
    Conversation conversation = conversation(100);
    GenerationOptions options = GenerationOptions.DEFAULT.withMaxTokens(3);
    run(conversation, "abc", options);
    program.batchSizes.clear();
    Generation second = run(conversation, "abcdeXY", options);
    assertEquals(5, second.cachedTokens());
    assertEquals(List.of(2, 1, 1), program.batchSizes);
    assertEquals(List.of('a', 'b', 'c', 'd', 'e', 'X', 'Y', 'Z', '['), letters());
  }

  @Test
  void theSamePromptAgainReadsItsLastTokenOnly() {
    Conversation conversation = conversation(100);
    GenerationOptions options = GenerationOptions.DEFAULT.withMaxTokens(3);
    Generation first = run(conversation, "abc", options);
    Generation second = run(conversation, "abc", options);
    assertEquals(2, second.cachedTokens());
    assertArrayEquals(first.tokens(), second.tokens());
  }

  @Test
  void aFailureLeavesTheConversationUsable() {
    Conversation conversation = conversation(100);
    program.failAt = 2;
    assertThrows(
        IllegalStateException.class,
        () -> run(conversation, "abc", GenerationOptions.DEFAULT.withMaxTokens(5)));
    Generation again = run(conversation, "abcZ", GenerationOptions.DEFAULT.withMaxTokens(2));
    assertArrayEquals(new int[] {'[', '\\'}, again.tokens());
    assertEquals(List.of('a', 'b', 'c', 'Z', '['), letters());
  }

  @Test
  void cancellingKeepsWhatWasMade() {
    GenerationListener impatient =
        new GenerationListener() {
          private int tokens;

          @Override
          public void token(int id) {
            tokens++;
          }

          @Override
          public boolean cancelled() {
            return tokens == 2;
          }
        };
    Generation generation =
        conversation(100)
            .generate(
                new Prompt(new int[] {'a'}), GenerationOptions.DEFAULT.withMaxTokens(9), impatient);
    assertEquals(FinishReason.CANCELLED, generation.finishReason());
    assertEquals("bc", generation.text());
  }

  @Test
  void withoutTokenizerIdsStillWork() {
    Conversation conversation =
        new Conversation(
            new ForwardPass(program),
            new AnswerSetting(registry(), Optional.empty(), Set.of(), CountingProgram.VOCABULARY),
            50,
            4);
    Generation generation =
        conversation.generate(
            new Prompt(new int[] {1, 2}), GenerationOptions.DEFAULT.withMaxTokens(2), listener);
    assertArrayEquals(new int[] {3, 4}, generation.tokens());
    assertEquals("", generation.text());
    assertThrows(
        UsageException.class,
        () ->
            conversation.generate(
                new Prompt(new int[] {1}),
                GenerationOptions.DEFAULT.withStop(List.of("x")),
                listener));
  }

  private List<Character> letters() {
    return program.seen.stream().map(id -> (char) id.intValue()).toList();
  }

  private Generation run(Conversation conversation, String prompt, GenerationOptions options) {
    return conversation.generate(
        new Prompt(new LetterTokenizer().encode(prompt)), options, listener);
  }

  private static PluginRegistry registry() {
    return PluginRegistry.builtIn().with(Service.SAMPLER, new Likeliest());
  }

  private Conversation conversation(int capacity) {
    return new Conversation(
        new ForwardPass(program),
        new AnswerSetting(
            registry(),
            Optional.of(new LetterTokenizer()),
            Set.of(LetterTokenizer.END),
            CountingProgram.VOCABULARY),
        capacity,
        4);
  }
}
