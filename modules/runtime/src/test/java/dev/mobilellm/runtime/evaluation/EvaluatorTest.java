package dev.mobilellm.runtime.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Evaluations of models whose numbers are known. */
class EvaluatorTest {

  private static final int[] TEXT = new Random(5).ints(50, 0, 4).toArray();

  /** After 0 comes 0 with 1/2, 1 with 1/4, 2 and 3 with 1/8; after anything else all are equal. */
  private final BigramProgram simple =
      new BigramProgram(
          (token, position) ->
              token == 0 ? new float[] {log(4), log(2), 0, 0} : new float[] {9, 9, 9, 9});

  /** Every position has logits of its own, so that a wrong one is noticed. */
  private final BigramProgram wild = new BigramProgram(wildTable());

  @Test
  void perplexityByHand() {
    Perplexity perplexity = new Perplexity();
    List<Score> scores = new ArrayList<>();
    new Evaluator()
        .score(
            simple.model(16),
            List.of(new Window(new int[] {0, 0, 1, 2, 0, 3}, 1)),
            score -> {
              scores.add(score);
              perplexity.add(score.logProbability());
            });
    assertEquals(5, perplexity.tokens());
    // 1/2, 1/4, 1/4, 1/4, 1/8: 2^-10 over 5 tokens.
    assertEquals(4, perplexity.value(), 1e-6);
    assertEquals(2 * Math.log(2), perplexity.meanLoss(), 1e-7);
    // The losses are 1, 2, 2, 2 and 3 times log(2): a variance of 1/2 in these units.
    assertEquals(4 * Math.log(2) * Math.sqrt(0.5 / 5), perplexity.standardError(), 1e-6);
    assertEquals(List.of(0, 1, 2, 0, 3), scores.stream().map(Score::token).toList());
    assertEquals(List.of(1, 2, 3, 4, 5), scores.stream().map(Score::position).toList());
    assertTrue(scores.stream().allMatch(score -> score.top() == 0 && score.window() == 0));
    assertEquals(0, simple.open, "open sequences");
  }

  @Test
  void onlyWhatCountsIsAskedForAndTheLastTokenIsNotRun() {
    new Evaluator(3)
        .score(
            wild.model(4),
            List.of(new Window(new int[] {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3}, 7)),
            score -> {});
    assertEquals(List.of("NONE 4", "NONE 2", "ALL 3", "ALL 2"), wild.passes);
    assertEquals(List.of(12), wild.capacities);
  }

  @Test
  void chunksDoNotChangeAnything() {
    List<Window> windows = new Windows(20, 7, 3).over(TEXT, OptionalInt.of(3));
    List<Score> whole = scores(new Evaluator(1000), wild.model(1000), windows);
    assertEquals(windows.stream().mapToInt(Window::scored).sum(), whole.size());
    for (int rows : new int[] {1, 2, 7, 19}) {
      assertEquals(whole, scores(new Evaluator(rows), wild.model(1000), windows), rows + " rows");
      assertEquals(whole, scores(new Evaluator(1000), wild.model(rows), windows), "batches");
    }
  }

  @Test
  void aWindowStartsFromAnEmptyCache() {
    List<Window> windows = Windows.of(5).over(TEXT, OptionalInt.empty());
    List<Score> together = scores(new Evaluator(), wild.model(8), windows);
    List<Score> alone = scores(new Evaluator(), wild.model(8), windows.subList(3, 4));
    assertEquals(
        alone.stream().map(Score::logProbability).toList(),
        together.stream().filter(s -> s.window() == 3).map(Score::logProbability).toList());
  }

  @Test
  void aModelAgainstItself() {
    BigramProgram again = new BigramProgram(wildTable());
    Divergence divergence = new Divergence();
    List<Window> windows = Windows.of(10).over(TEXT, OptionalInt.of(0));
    new Evaluator(4).compare(wild.model(8), again.model(8), windows, divergence::add);
    assertEquals(45, divergence.tokens());
    assertEquals(0, divergence.mean());
    assertEquals(0, divergence.quantile(1));
    assertEquals(1, divergence.agreement());
  }

  @Test
  void aComparisonByHand() {
    BigramProgram even = new BigramProgram((token, position) -> new float[] {0, 0, 0, 0});
    List<Comparison> comparisons = new ArrayList<>();
    List<Window> windows = List.of(new Window(new int[] {0, 1, 2}, 1));
    new Evaluator().compare(even.model(8), simple.model(8), windows, comparisons::add);
    // The reference is sure of 1/2, 1/4, 1/8, 1/8: 7/4 bits of entropy, where the model has 2.
    assertEquals(0.25 * Math.log(2), comparisons.get(0).divergence(), 1e-7);
    assertEquals(0, comparisons.get(1).divergence(), 1e-7);
    assertEquals(Math.log(0.25), comparisons.get(0).model().logProbability(), 1e-7);
    assertEquals(Math.log(0.25), comparisons.get(0).reference().logProbability(), 1e-7);
    assertTrue(comparisons.stream().allMatch(Comparison::sameTop), "0 is the lowest of equals");
    comparisons.clear();
    new Evaluator().compare(simple.model(8), even.model(8), windows, comparisons::add);
    assertEquals(
        Math.log(0.25) - (Math.log(0.5) + Math.log(0.25) + 2 * Math.log(0.125)) / 4,
        comparisons.get(0).divergence(),
        1e-7);
    BigramProgram other = new BigramProgram((token, position) -> new float[] {0, 1, 0, 0});
    new Evaluator()
        .compare(other.model(8), simple.model(8), windows, c -> assertFalse(c.sameTop()));
  }

  @Test
  void aReferenceThatRanBefore() {
    List<Window> windows = new Windows(20, 7, 3).over(TEXT, OptionalInt.of(3));
    BigramProgram other =
        new BigramProgram((token, position) -> wildTable().logits(3 - token, position));
    List<Comparison> together = new ArrayList<>();
    new Evaluator(4).compare(other.model(8), wild.model(8), windows, together::add);
    wild.passes.clear();
    try (KeptLogits kept = new Evaluator(5).keep(wild.model(8), windows)) {
      int passes = wild.passes.size();
      for (int rows : new int[] {1, 64}) {
        List<Comparison> apart = new ArrayList<>();
        new Evaluator(rows).compare(other.model(8), kept, apart::add);
        assertEquals(together, apart);
      }
      assertEquals(passes, wild.passes.size(), "it ran once");
      BigramProgram three = new BigramProgram((token, position) -> new float[3]);
      assertThrows(
          UsageException.class, () -> new Evaluator().compare(three.model(8), kept, c -> {}));
    }
    assertEquals(0, wild.open + other.open, "open sequences");
    assertTrue(together.stream().anyMatch(c -> c.divergence() > 0.1), "they differ");
  }

  @Test
  void vocabulariesThatDiffer() {
    BigramProgram three = new BigramProgram((token, position) -> new float[3]);
    List<Window> windows = List.of(new Window(new int[] {0, 1}, 1));
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> new Evaluator().compare(simple.model(8), three.model(8), windows, c -> {}));
    assertEquals(
        "The models have vocabularies of 4 and 3 tokens; only models with the same vocabulary can"
            + " be compared.",
        e.getMessage());
  }

  @Test
  void logitsThatAreNoNumbers() {
    BigramProgram broken =
        new BigramProgram((token, position) -> new float[] {0, position == 2 ? Float.NaN : 1});
    List<Window> windows = List.of(new Window(new int[] {0, 1, 0, 1}, 1));
    ModelException e =
        assertThrows(
            ModelException.class,
            () -> new Evaluator().score(broken.model(8), windows, score -> {}));
    assertTrue(e.getMessage().contains("token 3 of window 0 are not finite"), e.getMessage());
    assertEquals(0, broken.open, "open sequences");
  }

  @Test
  void quantilesOfDivergences() {
    Divergence divergence = new Divergence();
    for (int i = 3000; i >= 0; i--) {
      Score a = new Score(0, i, 0, 0, 0);
      divergence.add(new Comparison(a, new Score(0, i, 0, 0, i % 3), i));
    }
    assertEquals(1500, divergence.mean());
    assertEquals(1500, divergence.median());
    assertEquals(2970, divergence.quantile(0.99));
    assertEquals(0.5, divergence.quantile(0.5 / 3000));
    assertEquals(1001.0 / 3001, divergence.agreement());
    assertTrue(Double.isNaN(new Divergence().median()));
    assertTrue(Double.isNaN(new Divergence().mean()));
    assertThrows(IllegalArgumentException.class, () -> divergence.quantile(1.5));
  }

  @Test
  void nothingAdded() {
    Perplexity perplexity = new Perplexity();
    assertTrue(Double.isNaN(perplexity.value()));
    perplexity.add(-1);
    assertEquals(Math.E, perplexity.value());
    assertTrue(Double.isNaN(perplexity.standardError()));
  }

  private static BigramProgram.Table wildTable() {
    return (token, position) -> {
      Random random = new Random(31L * token + position);
      return new float[] {
        random.nextFloat() * 5, random.nextFloat() * 5, random.nextFloat() * 5, 1
      };
    };
  }

  private static List<Score> scores(Evaluator evaluator, ScoredModel model, List<Window> windows) {
    List<Score> scores = new ArrayList<>();
    evaluator.score(model, windows, scores::add);
    return scores;
  }

  private static float log(double x) {
    return (float) Math.log(x);
  }
}
