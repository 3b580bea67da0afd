package dev.mobilellm.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.spi.sampling.TokenHistory;
import dev.mobilellm.testkit.LogitsProcessorContract;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Temperature, top-k, top-p and min-p. */
class TruncationTest {

  private static final float NEVER = Float.NEGATIVE_INFINITY;
  private static final int[] SIZES = {1, 2, 3, 17, 100, 613, 5000};

  @Nested
  class TemperatureContract extends LogitsProcessorContract {
    @Override
    protected LogitsProcessorProvider provider() {
      return new Temperature();
    }

    @Override
    protected SamplingOptions wanted() {
      return Options.temperature(0.6);
    }
  }

  @Nested
  class LowestTemperatureContract extends TemperatureContract {
    @Override
    protected SamplingOptions wanted() {
      return Options.temperature(1e-5);
    }
  }

  @Nested
  class TopKContract extends LogitsProcessorContract {
    @Override
    protected LogitsProcessorProvider provider() {
      return new TopK();
    }

    @Override
    protected SamplingOptions wanted() {
      return Options.topK(3);
    }
  }

  @Nested
  class TopPContract extends LogitsProcessorContract {
    @Override
    protected LogitsProcessorProvider provider() {
      return new TopP();
    }

    @Override
    protected SamplingOptions wanted() {
      return Options.topP(0.9);
    }
  }

  @Nested
  class TopPOfNothingContract extends TopPContract {
    @Override
    protected SamplingOptions wanted() {
      return Options.topP(0);
    }
  }

  @Nested
  class MinPContract extends LogitsProcessorContract {
    @Override
    protected LogitsProcessorProvider provider() {
      return new MinP();
    }

    @Override
    protected SamplingOptions wanted() {
      return Options.minP(0.05);
    }
  }

  @Test
  void temperatureDivides() {
    Candidates candidates = Naive.candidates(1, -2, 0, NEVER);
    new Temperature().create(Options.temperature(0.5)).orElseThrow().process(candidates, none());
    assertArrayEquals(new float[] {2, -4, 0, NEVER}, Naive.logits(candidates));
  }

  @Test
  void nothingIsWantedWhereItCouldChangeNothing() {
    for (SamplingOptions neutral :
        List.of(
            Options.truncation(0, 5, 0.5, 0.5),
            Options.truncation(9e-6, 5, 0.5, 0.5),
            Options.temperature(1))) {
      for (LogitsProcessorProvider provider :
          List.of(new Temperature(), new TopK(), new TopP(), new MinP())) {
        assertTrue(provider.create(neutral).isEmpty(), provider.name());
      }
    }
  }

  @Test
  void topKKeepsTheLargest() {
    assertArrayEquals(new int[] {1, 3}, run(new TopK(), Options.topK(2), 1, 4, 2, 3));
    assertArrayEquals(new int[] {0, 1, 2}, run(new TopK(), Options.topK(9), 1, 4, 2));
  }

  @Test
  void topKKeepsTheLowestIdsOfEquals() {
    assertArrayEquals(new int[] {0, 1, 3}, run(new TopK(), Options.topK(3), 5, 5, 1, 7, 5, 5));
  }

  @Test
  void topPKeepsTheFewestThatReachIt() {
    // Probabilities 0.5, 0.25, 0.125, 0.125, exactly.
    float half = (float) Math.log(0.5);
    float[] logits = {2 * half, 3 * half, half, 3 * half};
    assertArrayEquals(new int[] {2}, run(new TopP(), Options.topP(0.49), logits));
    assertArrayEquals(new int[] {0, 2}, run(new TopP(), Options.topP(0.51), logits));
    assertArrayEquals(new int[] {0, 1, 2}, run(new TopP(), Options.topP(0.8), logits));
    assertArrayEquals(new int[] {0, 1, 2, 3}, run(new TopP(), Options.topP(0.9), logits));
    assertArrayEquals(new int[] {2}, run(new TopP(), Options.topP(0), logits));
  }

  @Test
  void topPThatIsReachedExactlyTakesNoMore() {
    assertArrayEquals(new int[] {0}, run(new TopP(), Options.topP(0.5), 3, 3));
    assertArrayEquals(new int[] {0, 1, 2}, run(new TopP(), Options.topP(0.75), 3, 3, 3, 3));
  }

  @Test
  void minPKeepsWhatIsNotTooFarFromTheLikeliest() {
    float half = (float) Math.log(0.5);
    float[] logits = {2 * half, 3 * half, half, NEVER, Float.NaN};
    assertArrayEquals(new int[] {0, 2}, run(new MinP(), Options.minP(0.4), logits));
    assertArrayEquals(new int[] {0, 1, 2}, run(new MinP(), Options.minP(0.2), logits));
    assertArrayEquals(new int[] {2}, run(new MinP(), Options.minP(1), logits));
    assertArrayEquals(new int[] {0, 1}, run(new MinP(), Options.minP(1), 3, 3, 2));
  }

  @Test
  void whatIsNoNumberIsDroppedBeforeNumbers() {
    float[] logits = {Float.NaN, NEVER, 1, Float.NaN, 0};
    assertArrayEquals(new int[] {2, 4}, run(new TopK(), Options.topK(2), logits));
    assertArrayEquals(new int[] {2, 4}, run(new TopP(), Options.topP(0.99), logits));
    assertArrayEquals(new int[] {2, 4}, run(new MinP(), Options.minP(0.01), logits));
  }

  @Test
  void topKIsTheFrontOfTheSortedWhole() {
    Random random = new Random(1);
    for (int size : SIZES) {
      for (int round = 0; round < 30; round++) {
        float[] logits = Naive.randomLogits(random, size);
        int k = 1 + random.nextInt(size);
        assertArrayEquals(Naive.of(logits).top(k), run(new TopK(), Options.topK(k), logits));
      }
    }
  }

  @Test
  void topPIsTheFrontOfTheSortedWholeThatReachesIt() {
    Random random = new Random(2);
    for (int size : SIZES) {
      for (int round = 0; round < 60; round++) {
        float[] logits = Naive.randomLogits(random, size);
        double p = round % 3 == 0 ? 1 - 1e-6 * random.nextDouble() : random.nextDouble();
        Naive naive = Naive.of(logits);
        int[] left = run(new TopP(), Options.topP(p), logits);
        assertArrayEquals(naive.top(left.length), left);
        assertTrue(
            naive.isFirstToReach(left.length - 1, p),
            () -> left.length + " of " + size + " for p = " + p);
      }
    }
  }

  @Test
  void minPIsTheDefinition() {
    Random random = new Random(3);
    for (int size : SIZES) {
      for (int round = 0; round < 30; round++) {
        float[] logits = Naive.randomLogits(random, size);
        double p = Math.exp(-8 * random.nextDouble());
        double largest = logits[Naive.of(logits).order()[0]];
        int[] expected =
            IntStream.range(0, size).filter(i -> Math.exp(logits[i] - largest) >= p).toArray();
        assertArrayEquals(expected, run(new MinP(), Options.minP(p), logits));
      }
    }
  }

  @Test
  void topPCountsWhatTopKLeft() {
    // Of eight equals top-k leaves four, of which three have 0.75 of what is left.
    Candidates candidates = Naive.candidates(0, 0, 0, 0, 0, 0, 0, 0);
    SamplingOptions options = Options.truncation(1, 4, 0.7, 0);
    new TopK().create(options).orElseThrow().process(candidates, none());
    new TopP().create(options).orElseThrow().process(candidates, none());
    assertArrayEquals(new int[] {0, 1, 2}, Naive.left(candidates));
  }

  @Test
  void exponentialIsAccurate() {
    for (int i = 0; i <= 64_000; i++) {
      double x = -i / 1000.0;
      double error = Softmax.exp(x) / Math.exp(x) - 1;
      assertEquals(0, error, x > -20 ? 1e-12 : 1e-9, () -> "e^" + x);
    }
    assertEquals(1, Softmax.exp(0));
  }

  private static TokenHistory none() {
    return new TokenHistory(new int[] {0});
  }

  private static int[] run(
      LogitsProcessorProvider provider, SamplingOptions options, float... logits) {
    Candidates candidates = Naive.candidates(logits);
    provider.create(options).orElseThrow().process(candidates, none());
    return Naive.left(candidates);
  }
}
