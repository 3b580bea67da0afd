package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.spi.sampling.TokenHistory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every logits processor must do. Extend it in a test class of the plugin's module. */
public abstract class LogitsProcessorContract {

  private static final int VOCABULARY = 50;

  /** For subclasses. */
  protected LogitsProcessorContract() {}

  protected abstract LogitsProcessorProvider provider();

  /** Options that want this processor. */
  protected abstract SamplingOptions wanted();

  /** Options that leave this processor neutral. */
  protected SamplingOptions neutral() {
    return SamplingOptions.GREEDY;
  }

  @Test
  void hasTheNameThatUsersType() {
    PluginNames.assertTypable(provider().name());
  }

  @Test
  void isMadeOnlyWhereItIsWanted() {
    assertTrue(provider().create(neutral()).isEmpty(), "neutral options make no processor");
    assertTrue(provider().create(wanted()).isPresent(), "wanted");
  }

  @Test
  void keepsAtLeastOneCandidateWhateverTheLogits() {
    float[][] cases = {
      {3},
      {2, 2, 2, 2},
      {Float.NEGATIVE_INFINITY, 1, Float.NEGATIVE_INFINITY},
      {-1e30f, 1e30f, 0},
      {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY},
    };
    for (float[] logits : cases) {
      Candidates candidates = new Candidates(logits.length);
      candidates.fill(logits);
      processor().process(candidates, new TokenHistory(new int[] {0}));
      assertTrue(candidates.size() >= 1, () -> "nothing left of " + Arrays.toString(logits));
    }
  }

  @Test
  void leavesDistinctIdsAndNumbers() {
    LogitsProcessor processor = processor();
    TokenHistory history = history();
    for (int step = 0; step < 10; step++) {
      Candidates candidates = candidates(step);
      processor.process(candidates, history);
      Set<Integer> ids = new HashSet<>();
      for (int i = 0; i < candidates.size(); i++) {
        int id = candidates.id(i);
        assertTrue(id >= 0 && id < VOCABULARY && ids.add(id), () -> "id " + id);
        assertTrue(!Float.isNaN(candidates.logit(i)), () -> "NaN for id " + id);
      }
      history.append(candidates.id(candidates.argmax()));
    }
  }

  @Test
  void runsAlikeForEveryRequest() {
    Candidates first = candidates(1);
    Candidates second = candidates(1);
    LogitsProcessor other = processor();
    other.process(candidates(2), history());
    processor().process(first, history());
    processor().process(second, history());
    assertEquals(first.size(), second.size());
    for (int i = 0; i < first.size(); i++) {
      assertArrayEquals(
          new float[] {first.id(i), first.logit(i)}, new float[] {second.id(i), second.logit(i)});
    }
  }

  @Test
  void takesCandidatesThatOthersDroppedAndSorted() {
    Candidates candidates = candidates(3);
    candidates.sortTop(10);
    candidates.keep(10);
    processor().process(candidates, history());
    assertTrue(candidates.size() >= 1 && candidates.size() <= 10);
  }

  private LogitsProcessor processor() {
    return provider().create(wanted()).orElseThrow();
  }

  private static Candidates candidates(long seed) {
    Random random = new Random(seed);
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (4 * random.nextGaussian());
    }
    Candidates candidates = new Candidates(VOCABULARY);
    candidates.fill(logits);
    return candidates;
  }

  private static TokenHistory history() {
    TokenHistory history = new TokenHistory(new int[] {3, 1, 4, 1, 5});
    history.append(9);
    history.append(1);
    return history;
  }
}
