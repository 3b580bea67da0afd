package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What every sampler must do. Extend it in a test class of the plugin's module. */
public abstract class SamplerContract {

  private static final int VOCABULARY = 40;

  /** For subclasses. */
  protected SamplerContract() {}

  protected abstract SamplerProvider provider();

  /** Options that ask for this sampler. */
  protected abstract SamplingOptions options();

  @Test
  void hasTheNameThatUsersType() {
    PluginNames.assertTypable(provider().name());
  }

  @Test
  void matchesItsOptionsAndSaysWhy() {
    assertTrue(provider().matches(options()).matches());
    assertTrue(!provider().matches(options()).reason().isBlank());
  }

  @Test
  void picksOnlyWhatIsLeft() {
    Sampler sampler = provider().create(options());
    RandomGenerator random = new Random(1);
    for (int step = 0; step < 200; step++) {
      Candidates candidates = candidates(step);
      candidates.sortTop(3);
      candidates.keep(3);
      List<Integer> left = List.of(candidates.id(0), candidates.id(1), candidates.id(2));
      int picked = sampler.sample(candidates, random);
      assertTrue(left.contains(picked), () -> picked + " of " + left);
    }
  }

  @Test
  void neverPicksTheImpossible() {
    Sampler sampler = provider().create(options());
    RandomGenerator random = new Random(2);
    for (int step = 0; step < 200; step++) {
      Candidates candidates = new Candidates(4);
      candidates.fill(new float[] {Float.NEGATIVE_INFINITY, 1, Float.NEGATIVE_INFINITY, 1.5f});
      assertEquals(1, sampler.sample(candidates, random) % 2, "a token of probability 0");
    }
  }

  @Test
  void picksTheOnlyCandidate() {
    Candidates candidates = candidates(7);
    candidates.sortTop(1);
    candidates.keep(1);
    int only = candidates.id(0);
    assertEquals(only, provider().create(options()).sample(candidates, new Random(3)));
  }

  @Test
  void seedRepeatsARun() {
    assertEquals(run(11), run(11));
  }

  @Test
  void argmaxIsWhatItSays() {
    if (provider().isArgmax()) {
      Sampler sampler = provider().create(options());
      for (int step = 0; step < 50; step++) {
        Candidates candidates = candidates(step);
        int best = candidates.id(candidates.argmax());
        assertEquals(best, sampler.sample(candidates, new Random(step)));
      }
    }
  }

  private List<Integer> run(long seed) {
    Sampler sampler = provider().create(options());
    RandomGenerator random = new Random(seed);
    List<Integer> picked = new ArrayList<>();
    for (int step = 0; step < 50; step++) {
      picked.add(sampler.sample(candidates(step), random));
    }
    return picked;
  }

  private static Candidates candidates(long seed) {
    Random random = new Random(seed);
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (2 * random.nextGaussian());
    }
    Candidates candidates = new Candidates(VOCABULARY);
    candidates.fill(logits);
    return candidates;
  }
}
