package dev.mobilellm.runtime.evaluation;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.Batch.Wanted;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs windows through one model, or through two in step.
 *
 * <pre>{@code
 * Perplexity perplexity = new Perplexity();
 * new Evaluator()
 *     .score(
 *         ScoredModel.of(model),
 *         Windows.of(512).over(ids, model.bosToken()),
 *         score -> perplexity.add(score.logProbability()));
 * }</pre>
 *
 * <p>Logits are asked for and used up a few rows at a time, so that memory depends on neither the
 * windows' length nor their number; results do not depend on how many rows. Immutable; each call
 * runs in its caller's thread, and has the models for itself.
 */
public final class Evaluator {

  /** 64 rows of a vocabulary of 128,256 are 33 MB, and enough for weights to be read once. */
  private static final int ROWS = 64;

  private final int rows;

  /** With few enough rows for any vocabulary. */
  public Evaluator() {
    this(ROWS);
  }

  /**
   * @param rows the most rows of logits that a model holds at a time, at least 1
   */
  public Evaluator(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException(rows + " rows");
    }
    this.rows = rows;
  }

  /**
   * Scores each token that counts.
   *
   * @param windows of tokens that are in the vocabulary; each is asked for once, in order
   * @param scores told about each token in order; what it throws ends the evaluation
   * @throws dev.mobilellm.spi.ModelException if the model's logits are not finite, or the cache of
   *     the longest window does not fit into memory
   */
  public void score(ScoredModel model, List<Window> windows, Consumer<Score> scores) {
    try (WindowPass pass = new WindowPass(model, longest(windows))) {
      walk(
          windows,
          List.of(pass),
          (row, window, position, token) ->
              scores.accept(pass.score(row, window, position, token)));
    }
  }

  /**
   * Scores each token that counts by two models, and compares what they expected.
   *
   * @param model the model that is judged
   * @param reference the model that it is judged by, another program even if its weights are equal
   * @throws UsageException if their vocabularies differ in size
   */
  public void compare(
      ScoredModel model,
      ScoredModel reference,
      List<Window> windows,
      Consumer<Comparison> comparisons) {
    requireSameVocabulary(model, reference);
    int capacity = longest(windows);
    try (WindowPass judged = new WindowPass(model, capacity);
        WindowPass judge = new WindowPass(reference, capacity)) {
      walk(
          windows,
          List.of(judged, judge),
          (row, window, position, token) -> {
            Score score = judged.score(row, window, position, token);
            Score wanted = judge.score(row, window, position, token);
            double divergence = judge.logits().divergence(judged.logits());
            comparisons.accept(new Comparison(score, wanted, divergence));
          });
    }
  }

  /**
   * Runs the reference alone and keeps its logits, so that many models can be compared with it. One
   * float for each token that counts and each entry of the vocabulary: 512 tokens and 128,256
   * entries are 263 MB.
   *
   * @return to be closed
   */
  public KeptLogits keep(ScoredModel reference, List<Window> windows) {
    KeptLogits kept = new KeptLogits(reference.vocabularySize(), windows);
    try (WindowPass pass = new WindowPass(reference, longest(windows))) {
      walk(windows, List.of(pass), (row, window, position, token) -> kept.add(pass.row(row)));
      return kept;
    } catch (RuntimeException | Error e) {
      kept.close();
      throw e;
    }
  }

  /**
   * As {@link #compare(ScoredModel, ScoredModel, List, Consumer)}, on the windows of a reference
   * that ran before.
   *
   * @throws UsageException if their vocabularies differ in size
   */
  public void compare(ScoredModel model, KeptLogits reference, Consumer<Comparison> comparisons) {
    requireSameVocabulary(model.vocabularySize(), reference.vocabularySize());
    List<Window> windows = reference.windows();
    LogitRow judge = new LogitRow(reference.vocabularySize());
    int[] next = {0};
    try (WindowPass judged = new WindowPass(model, longest(windows))) {
      walk(
          windows,
          List.of(judged),
          (row, window, position, token) -> {
            Score score = judged.score(row, window, position, token);
            Score wanted = judge.score(reference.row(next[0]++), window, position, token);
            double divergence = judge.divergence(judged.logits());
            comparisons.accept(new Comparison(score, wanted, divergence));
          });
    }
  }

  /**
   * Checks that two models can be compared.
   *
   * @throws UsageException if their vocabularies differ in size
   */
  public static void requireSameVocabulary(ScoredModel model, ScoredModel reference) {
    requireSameVocabulary(model.vocabularySize(), reference.vocabularySize());
  }

  private static void requireSameVocabulary(int model, int reference) {
    if (model != reference) {
      throw new UsageException(
          "The models have vocabularies of %d and %d tokens; only models with the same vocabulary can be compared."
              .formatted(model, reference));
    }
  }

  /** Scores a row by one model or two. */
  @FunctionalInterface
  private interface RowReader {
    void read(int row, int window, int position, int token);
  }

  private void walk(List<Window> windows, List<WindowPass> passes, RowReader reader) {
    int most = passes.stream().mapToInt(WindowPass::maxTokens).min().orElseThrow();
    for (int w = 0; w < windows.size(); w++) {
      passes.forEach(WindowPass::restart);
      Window window = windows.get(w);
      int[] tokens = window.tokens();
      int unread = window.firstScored() - 1;
      for (int from = 0; from < unread; from += most) {
        int[] chunk = Arrays.copyOfRange(tokens, from, Math.min(from + most, unread));
        passes.forEach(pass -> pass.forward(chunk, Wanted.NONE));
      }
      // What the last token predicts lies behind the window.
      int end = tokens.length - 1;
      for (int from = unread, to; from < end; from = to) {
        to = Math.min(from + Math.min(rows, most), end);
        int[] chunk = Arrays.copyOfRange(tokens, from, to);
        passes.forEach(pass -> pass.forward(chunk, Wanted.ALL));
        for (int row = 0; row < chunk.length; row++) {
          int position = from + row + 1;
          reader.read(row, w, position, tokens[position]);
        }
      }
    }
  }

  private static int longest(List<Window> windows) {
    int longest = 1;
    for (Window window : windows) {
      longest = Math.max(longest, window.tokens().length);
    }
    return longest;
  }
}
