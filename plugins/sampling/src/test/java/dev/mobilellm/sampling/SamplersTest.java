package dev.mobilellm.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.testkit.SamplerContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Greedy and categorical sampling. */
class SamplersTest {

  private static final float NEVER = Float.NEGATIVE_INFINITY;

  @Nested
  class GreedyContract extends SamplerContract {
    @Override
    protected SamplerProvider provider() {
      return new Greedy();
    }

    @Override
    protected SamplingOptions options() {
      return SamplingOptions.GREEDY;
    }
  }

  @Nested
  class CategoricalContract extends SamplerContract {
    @Override
    protected SamplerProvider provider() {
      return new Categorical();
    }

    @Override
    protected SamplingOptions options() {
      return Options.temperature(1);
    }
  }

  /** Chance at its ends: the smallest and the largest number that a generator gives. */
  private record Always(double value) implements RandomGenerator {
    @Override
    public long nextLong() {
      throw new UnsupportedOperationException();
    }

    @Override
    public double nextDouble() {
      return value;
    }
  }

  @Test
  void exactlyOneMatches() {
    for (double temperature : new double[] {0, 9e-6, 1e-5, 0.1, 1, 100}) {
      SamplingOptions options = Options.temperature(temperature);
      assertEquals(temperature < 1e-5, new Greedy().matches(options).matches());
      assertEquals(temperature >= 1e-5, new Categorical().matches(options).matches());
    }
  }

  @Test
  void greedyTakesTheLowestIdOfEqualsAndNeverNaN() {
    assertEquals(1, greedy(1, 3, Float.NaN, 3));
    assertEquals(2, greedy(NEVER, Float.NaN, -5));
    assertEquals(0, greedy(7));
  }

  @Test
  void categoricalByNameAtTemperatureZeroIsGreedy() {
    Sampler sampler = new Categorical().create(SamplingOptions.GREEDY);
    for (int seed = 0; seed < 100; seed++) {
      assertEquals(1, sampler.sample(Naive.candidates(1, 1.1f, 1), new Random(seed)));
    }
  }

  @Test
  void nothingToChooseFromIsAnError() {
    for (SamplerProvider provider : List.of(new Greedy(), new Categorical())) {
      Sampler sampler = provider.create(Options.temperature(provider.isArgmax() ? 0 : 1));
      assertEquals(
          "No token can come next: all 2 candidates have the logit -Infinity; forbid fewer with"
              + " --logit-bias.",
          refused(sampler, NEVER, NEVER));
      assertEquals(
          "No token can come next: the largest of 2 logits is NaN; look for broken weights with"
              + " 'mobilellm inspect --check-values'.",
          refused(sampler, Float.NaN, Float.NaN));
      assertTrue(refused(sampler, 1, Float.POSITIVE_INFINITY).contains("is Infinity"));
    }
  }

  @Test
  void categoricalNeverPicksNaNOrTheImpossibleAtTheEndsOfChance() {
    for (double u : new double[] {0, Math.nextUp(0.0), 0.5, Math.nextDown(1.0)}) {
      float[] logits = new float[700];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = i % 3 == 0 ? NEVER : i % 3 == 1 ? Float.NaN : -i;
      }
      int picked = categorical(new Always(u), logits);
      assertEquals(2, picked % 3, "picked " + picked + " for " + u);
    }
    assertEquals(2, categorical(new Always(0), 1, 2, 3, 0), "the likeliest comes first");
    assertEquals(3, categorical(new Always(Math.nextDown(1.0)), 1, 2, 3, 0));
  }

  @Test
  void categoricalPicksWhereTheSumReachesChance() {
    Random random = new Random(4);
    for (int size : new int[] {1, 2, 3, 40, 601, 3000}) {
      for (int round = 0; round < 100; round++) {
        float[] logits = Naive.randomLogits(random, size);
        double u = random.nextDouble();
        Naive naive = Naive.of(logits);
        int place = naive.place(categorical(new Always(u), logits));
        assertTrue(naive.isFirstToReach(place, u), () -> "place " + place + " for " + u);
      }
    }
  }

  @Test
  void categoricalHoldsItsProbabilities() {
    float[] logits = {0, 1, 2, -1, 0.5f, NEVER, -3, 1.5f, Float.NaN, 0};
    Naive naive = Naive.of(logits);
    int draws = 200_000;
    for (long seed = 1; seed <= 3; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      Candidates candidates = new Candidates(logits.length);
      Sampler sampler = new Categorical().create(Options.temperature(1));
      int[] counts = new int[logits.length];
      for (int i = 0; i < draws; i++) {
        candidates.fill(logits);
        counts[sampler.sample(candidates, random)]++;
      }
      double chiSquare = 0;
      for (int place = 0; place < 8; place++) {
        double before = place == 0 ? 0 : naive.cumulative()[place - 1];
        double expected = draws * (naive.cumulative()[place] - before);
        double difference = counts[naive.order()[place]] - expected;
        chiSquare += difference * difference / expected;
      }
      assertEquals(0, counts[5] + counts[8]);
      // 7 degrees of freedom: more than this has a chance of 0.001.
      assertTrue(chiSquare < 24.3, "chi square " + chiSquare);
    }
  }

  @Test
  void hugeAndTinyLogitsAreSafe() {
    assertEquals(1, categorical(new Always(0.999), -3e38f, 3e38f, 0));
    assertEquals(2, categorical(new Always(0.999), -3e38f, -3e38f, -3e38f));
    assertEquals(0, categorical(new Always(0.3), 3e38f, 3e38f));
  }

  @Test
  void oneNumberIsDrawnForEachToken() {
    RandomGenerator used = new SplittableRandom(9);
    RandomGenerator counted = new SplittableRandom(9);
    categorical(used, 1);
    categorical(used, 1, 2, 3);
    categorical(used, new float[5000]);
    for (int i = 0; i < 3; i++) {
      counted.nextDouble();
    }
    assertEquals(counted.nextLong(), used.nextLong());
  }

  @Test
  void threadsDoNotDisturbEachOther() throws Exception {
    SamplerProvider provider = new Categorical();
    List<Integer> alone = run(provider, 17);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<List<Integer>>> runs = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        runs.add(threads.submit(() -> run(provider, 17)));
      }
      for (Future<List<Integer>> run : runs) {
        assertEquals(alone, run.get());
      }
    }
    assertTrue(!alone.equals(run(provider, 18)), "another seed, another run");
  }

  private static List<Integer> run(SamplerProvider provider, long seed) {
    SamplingOptions options = Options.truncation(0.8, 50, 0.95, 0);
    Sampler sampler = provider.create(options);
    RandomGenerator random = new SplittableRandom(seed);
    Random logits = new Random(1);
    List<Integer> picked = new ArrayList<>();
    for (int step = 0; step < 100; step++) {
      float[] row = new float[1000];
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) logits.nextGaussian();
      }
      picked.add(sampler.sample(Naive.candidates(row), random));
    }
    return picked;
  }

  private static int greedy(float... logits) {
    return new Greedy()
        .create(SamplingOptions.GREEDY)
        .sample(Naive.candidates(logits), new Random(1));
  }

  private static int categorical(RandomGenerator random, float... logits) {
    return new Categorical()
        .create(Options.temperature(1))
        .sample(Naive.candidates(logits), random);
  }

  private static String refused(Sampler sampler, float... logits) {
    return assertThrows(
            ModelException.class, () -> sampler.sample(Naive.candidates(logits), new Random(1)))
        .getMessage();
  }
}
