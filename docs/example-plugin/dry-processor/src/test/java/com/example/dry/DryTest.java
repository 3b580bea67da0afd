package com.example.dry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.spi.sampling.TokenHistory;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DryTest {

  private static final int VOCABULARY = 10;

  @Test
  void theTokenThatFollowedIsPenalised() {
    // "1 2" occurred before, and 3 followed.
    assertPenalties(Map.of(3, 1.0), new int[] {1, 2, 3, 4, 1, 2});
  }

  @Test
  void thePenaltyGrowsWithTheLength() {
    // "5 1 2" occurred: one more than allowed, so twice as much.
    assertPenalties(Map.of(3, 2.0), new int[] {5, 1, 2, 3, 4, 5, 1, 2});
    assertPenalties(Map.of(3, 4.0), new int[] {6, 5, 1, 2, 3, 4, 6, 5, 1, 2});
  }

  @Test
  void theLongestMatchCounts() {
    // 3 followed "1 2" and "5 1 2"; 7 followed "1 2".
    assertPenalties(Map.of(3, 2.0, 7, 1.0), new int[] {1, 2, 7, 4, 5, 1, 2, 3, 9, 5, 1, 2});
  }

  @Test
  void aLoopIsARepetitionOfItself() {
    // Five equal tokens: the last four occurred one place before.
    assertPenalties(Map.of(8, 4.0), new int[] {8, 8, 8, 8, 8});
  }

  @Test
  void shortMatchesAreFree() {
    assertPenalties(Map.of(), new int[] {1, 2, 3, 9, 2});
    assertPenalties(Map.of(), new int[] {});
    assertPenalties(Map.of(), new int[] {4});
  }

  @Test
  void breakersEndAMatchAndAreNeverPenalised() {
    int[] tokens = {5, 0, 1, 2, 3, 5, 0, 1, 2};
    assertPenalties(Map.of(3, 4.0), tokens);
    assertPenalties(Map.of(3, 1.0), tokens, "dry-breakers", "0");
    assertPenalties(Map.of(), tokens, "dry-breakers", "2, 9");
    assertPenalties(Map.of(), tokens, "dry-breakers", "3");
  }

  @Test
  void onlyTheRangeIsSearched() {
    int[] tokens = {1, 2, 3, 4, 4, 4, 1, 2};
    assertPenalties(Map.of(3, 1.0), tokens, "dry-range", "8");
    assertPenalties(Map.of(), tokens, "dry-range", "7");
  }

  @Test
  void itAgreesWithTheDefinition() {
    Random random = new Random(1);
    for (int round = 0; round < 500; round++) {
      int[] tokens = random.ints(random.nextInt(60), 0, 3).toArray();
      assertArrayEquals(byDefinition(tokens), penalties(tokens, Map.of()), 1e-3f);
    }
  }

  @Test
  void aVeryLongLoopStaysANumber() {
    float[] penalties = penalties(new int[5000], Map.of());
    assertEquals(1e9f, penalties[0]);
  }

  @Test
  void oddOptionsAreRefused() {
    for (Map.Entry<String, String> odd :
        Map.of(
                "dry-multiplier", "-1",
                "dry-base", "0.5",
                "dry-allowed-length", "1.5",
                "dry-range", "all",
                "dry-breakers", "1,\\n",
                "dry-multplier", "1")
            .entrySet()) {
      UsageException refused =
          assertThrows(
              UsageException.class,
              () -> new Dry().create(options(Map.of(odd.getKey(), odd.getValue()))));
      assertTrue(refused.getMessage().contains(odd.getKey()), refused.getMessage());
    }
  }

  /** Every earlier place, token by token. */
  private static float[] byDefinition(int[] tokens) {
    float[] penalties = new float[VOCABULARY];
    for (int next = 1; next < tokens.length; next++) {
      int length = 0;
      while (length < next && tokens[next - 1 - length] == tokens[tokens.length - 1 - length]) {
        length++;
      }
      if (length >= 2) {
        float penalty = (float) Math.min(Math.pow(2, length - 2), 1e9);
        penalties[tokens[next]] = Math.max(penalties[tokens[next]], penalty);
      }
    }
    return penalties;
  }

  private static void assertPenalties(
      Map<Integer, Double> expected, int[] tokens, String... option) {
    float[] wanted = new float[VOCABULARY];
    expected.forEach((token, penalty) -> wanted[token] = penalty.floatValue());
    Map<String, String> more = option.length == 0 ? Map.of() : Map.of(option[0], option[1]);
    assertArrayEquals(wanted, penalties(tokens, more));
  }

  /** What each token loses, with multiplier 1 and base 2. */
  private static float[] penalties(int[] tokens, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(more);
    all.put("dry-multiplier", "1");
    all.put("dry-base", "2");
    LogitsProcessor processor = new Dry().create(options(all)).orElseThrow();
    Candidates candidates = new Candidates(VOCABULARY);
    candidates.fill(new float[VOCABULARY]);
    processor.process(candidates, new TokenHistory(tokens));
    float[] penalties = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      penalties[candidates.id(i)] = 0 - candidates.logit(i);
    }
    return penalties;
  }

  static SamplingOptions options(Map<String, String> extra) {
    return SamplingOptions.GREEDY.withExtra(extra);
  }
}
