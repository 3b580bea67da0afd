package dev.mobilellm.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.spi.sampling.TokenHistory;
import dev.mobilellm.testkit.LogitsProcessorContract;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What changes single logits: bias and penalties. */
class LogitsTest {

  private static final float FORBIDDEN = Float.NEGATIVE_INFINITY;

  @Nested
  class LogitBiasContract extends LogitsProcessorContract {
    @Override
    protected LogitsProcessorProvider provider() {
      return new LogitBias();
    }

    @Override
    protected SamplingOptions wanted() {
      return Options.bias(Map.of(0, -3f, 1, FORBIDDEN, 49, 2.5f));
    }
  }

  @Nested
  class RepetitionPenaltyContract extends LogitsProcessorContract {
    @Override
    protected LogitsProcessorProvider provider() {
      return new RepetitionPenalty();
    }

    @Override
    protected SamplingOptions wanted() {
      return Options.penalties(1.3, 0, 0);
    }
  }

  @Nested
  class FrequencyPenaltyContract extends LogitsProcessorContract {
    @Override
    protected LogitsProcessorProvider provider() {
      return new FrequencyPenalty();
    }

    @Override
    protected SamplingOptions wanted() {
      return Options.penalties(1, 0.5, 0);
    }
  }

  @Nested
  class PresencePenaltyContract extends LogitsProcessorContract {
    @Override
    protected LogitsProcessorProvider provider() {
      return new PresencePenalty();
    }

    @Override
    protected SamplingOptions wanted() {
      return Options.penalties(1, 0, 0.5);
    }
  }

  @Test
  void biasIsAddedById() {
    assertArrayEquals(
        new float[] {1, 4.5f, FORBIDDEN, 3},
        run(new LogitBias(), Options.bias(Map.of(1, 2.5f, 2, FORBIDDEN, 3, -1f)), 1, 2, 3, 4));
  }

  @Test
  void biasFindsItsTokenAmongSortedAndDroppedOnes() {
    Candidates candidates = Naive.candidates(1, 2, 3, 4);
    candidates.sortTop(2);
    candidates.keep(2);
    new LogitBias()
        .create(Options.bias(Map.of(0, 9f, 2, 9f)))
        .orElseThrow()
        .process(candidates, history());
    assertArrayEquals(new int[] {2, 3}, Naive.left(candidates));
    assertArrayEquals(new float[] {12, 4}, Naive.logits(candidates));
  }

  @Test
  void repetitionDividesPositiveAndMultipliesNegativeLogitsOnceWhereverTheyOccurred() {
    // The prompt is 0 1 1, generated were 2 2 2.
    assertArrayEquals(
        new float[] {2, -8, 0, 4},
        run(new RepetitionPenalty(), Options.penalties(2, 0, 0), 4, -4, 0, 4));
    assertArrayEquals(
        new float[] {8, -2, FORBIDDEN, 4},
        run(new RepetitionPenalty(), Options.penalties(0.5, 0, 0), 4, -4, FORBIDDEN, 4));
  }

  @Test
  void frequencyIsSubtractedForEachGeneratedToken() {
    assertArrayEquals(
        new float[] {4, -4, -1.5f, 4},
        run(new FrequencyPenalty(), Options.penalties(1, 0.5, 0), 4, -4, 0, 4));
    assertArrayEquals(
        new float[] {4, -4, 1.5f, 4},
        run(new FrequencyPenalty(), Options.penalties(1, -0.5, 0), 4, -4, 0, 4));
  }

  @Test
  void presenceIsSubtractedOnceForWhatWasGenerated() {
    assertArrayEquals(
        new float[] {4, -4, -0.5f, 4},
        run(new PresencePenalty(), Options.penalties(1, 0, 0.5), 4, -4, 0, 4));
  }

  @Test
  void penaltiesFollowTheAnswerAsItGrows() {
    TokenHistory history = new TokenHistory(new int[] {0});
    LogitsProcessor frequency =
        new FrequencyPenalty().create(Options.penalties(1, 1, 0)).orElseThrow();
    for (int count = 0; count < 5; count++) {
      Candidates candidates = Naive.candidates(10, 10);
      frequency.process(candidates, history);
      assertArrayEquals(new float[] {10, 10 - count}, Naive.logits(candidates));
      history.append(1);
    }
  }

  @Test
  void extremePenaltiesMakeNoNaN() {
    for (double penalty : new double[] {Double.MIN_VALUE, 1e-300, 1e6}) {
      for (float logit :
          run(new RepetitionPenalty(), Options.penalties(penalty, 0, 0), 0, -0f, FORBIDDEN, 1)) {
        assertTrue(!Float.isNaN(logit), () -> "NaN by " + penalty);
      }
    }
  }

  @Test
  void randomHistoriesCountAsTheDefinitionSays() {
    Random random = new Random(3);
    for (int round = 0; round < 100; round++) {
      int size = 1 + random.nextInt(40);
      float[] logits = new float[size];
      int[] prompt = random.ints(random.nextInt(20), 0, size).toArray();
      int[] generated = random.ints(random.nextInt(60), 0, size).toArray();
      TokenHistory history = new TokenHistory(prompt);
      int[] counts = new int[size];
      boolean[] occurred = new boolean[size];
      for (int token : prompt) {
        occurred[token] = true;
      }
      for (int token : generated) {
        history.append(token);
        counts[token]++;
        occurred[token] = true;
      }
      for (int i = 0; i < size; i++) {
        logits[i] = random.nextInt(17) - 8;
      }
      Candidates candidates = Naive.candidates(logits);
      SamplingOptions options = Options.penalties(2, 0.25, 0.5);
      for (LogitsProcessorProvider provider :
          new LogitsProcessorProvider[] {
            new RepetitionPenalty(), new FrequencyPenalty(), new PresencePenalty()
          }) {
        provider.create(options).orElseThrow().process(candidates, history);
      }
      for (int i = 0; i < size; i++) {
        float expected = logits[i];
        if (occurred[i]) {
          expected = expected > 0 ? expected / 2 : expected * 2;
        }
        expected -= 0.25f * counts[i] + (counts[i] > 0 ? 0.5f : 0);
        assertEquals(expected, candidates.logit(i));
      }
    }
  }

  private static TokenHistory history() {
    TokenHistory history = new TokenHistory(new int[] {0, 1, 1});
    for (int i = 0; i < 3; i++) {
      history.append(2);
    }
    return history;
  }

  private static float[] run(
      LogitsProcessorProvider provider, SamplingOptions options, float... logits) {
    Candidates candidates = Naive.candidates(logits);
    provider.create(options).orElseThrow().process(candidates, history());
    return Naive.logits(candidates);
  }
}
