package dev.mobilellm.launcher.perplexity;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ProgressLine;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.evaluation.Divergence;
import dev.mobilellm.runtime.evaluation.Evaluator;
import dev.mobilellm.runtime.evaluation.Perplexity;
import dev.mobilellm.runtime.evaluation.ScoredModel;
import dev.mobilellm.runtime.evaluation.Window;
import dev.mobilellm.runtime.evaluation.Windows;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Runs a model over a text, or two, and reports. Progress is shown on a terminal. */
public final class TextEvaluation {

  /** Tokens of a window where nobody says another number. */
  public static final int CONTEXT = 512;

  private final Console console;
  private final int textTokens;
  private final Windows cut;
  private final OptionalInt bos;
  private final List<Window> windows;

  /**
   * Cuts a text.
   *
   * @param ids of the text
   * @param bos goes in front of each window
   * @throws dev.mobilellm.spi.UsageException if the text does not fill one window
   */
  public TextEvaluation(Console console, int[] ids, Windows cut, OptionalInt bos) {
    this.console = console;
    this.textTokens = ids.length;
    this.cut = cut;
    this.bos = bos;
    this.windows = cut.over(ids, bos);
  }

  /** What the model makes of the text. */
  public Report score(LanguageModel judged) {
    Perplexity perplexity = new Perplexity();
    long start = System.nanoTime();
    try (ProgressLine progress = progress()) {
      new Evaluator()
          .score(
              ScoredModel.of(judged),
              windows,
              score -> {
                perplexity.add(score.logProbability());
                progress.report(perplexity.tokens());
              });
    }
    return report(judged, perplexity, Optional.empty(), start);
  }

  /**
   * What both make of it, and how far they are apart.
   *
   * @throws dev.mobilellm.spi.UsageException if their vocabularies differ in size
   */
  public Report compare(LanguageModel judged, LanguageModel reference) {
    Perplexity perplexity = new Perplexity();
    Perplexity wished = new Perplexity();
    Divergence divergence = new Divergence();
    long start = System.nanoTime();
    try (ProgressLine progress = progress()) {
      new Evaluator()
          .compare(
              ScoredModel.of(judged),
              ScoredModel.of(reference),
              windows,
              comparison -> {
                perplexity.add(comparison.model().logProbability());
                wished.add(comparison.reference().logProbability());
                divergence.add(comparison);
                progress.report(perplexity.tokens());
              });
    }
    Report.Against other =
        new Report.Against(reference.files().directory().toString(), wished, divergence);
    return report(judged, perplexity, Optional.of(other), start);
  }

  private ProgressLine progress() {
    return new ProgressLine(
        console, "Evaluating", windows.stream().mapToLong(Window::scored).sum());
  }

  private Report report(
      LanguageModel judged, Perplexity perplexity, Optional<Report.Against> other, long start) {
    return new Report(
        judged.files().directory().toString(),
        judged.device().info().id(),
        cut,
        bos,
        textTokens,
        windows.size(),
        perplexity,
        other,
        (System.nanoTime() - start) / 1e9);
  }
}
