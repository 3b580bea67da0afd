package dev.mobilellm.launcher.perplexity;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.JsonOutput;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.RunOptions;
import dev.mobilellm.launcher.report.JsonTree;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.evaluation.Evaluator;
import dev.mobilellm.runtime.evaluation.ScoredModel;
import dev.mobilellm.runtime.evaluation.Windows;
import dev.mobilellm.spi.UsageException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says how well a model predicts a text. */
@Command(
    name = "perplexity",
    description = {
      "Says how well a model predicts a text: the perplexity of its tokens.",
      "The text is read in windows of --context tokens, 512 where nothing else is said, each from"
          + " an empty cache behind a BOS."
    },
    footer = {
      "",
      "Examples:",
      "  mobilellm perplexity --model-path DIR --text wiki.txt",
      "  mobilellm perplexity --model-path QUANTIZED --against DIR --text wiki.txt --limit 20000"
    })
public final class PerplexityCommand implements Callable<Integer> {

  private final Console console;

  @Mixin private TextFlags text = new TextFlags();

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description = "Compare with this checkpoint, the reference: KL divergence, same top token.")
  private Optional<Path> against = Optional.empty();

  @Option(
      names = "--stride",
      paramLabel = "N",
      description =
          "Tokens from the start of a window to that of the next. Default: window behind window."
              + " Smaller: more before each token, and more time.")
  private Optional<Integer> stride = Optional.empty();

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Tokens at the start of each window that do not count. Default: 0.")
  private int warmUp;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean asJson;

  @Mixin private ModelOptions model = new RunOptions();

  /** A command on these streams. */
  public PerplexityCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    int context = model.loadOptions().context();
    windows(context > 0 ? context : TextEvaluation.CONTEXT);
    TextFlags.Text wanted = text.read(console);
    Report report;
    try (LanguageModel judged = model.load(console)) {
      int[] ids = wanted.encode(judged);
      int longest =
          context > 0 ? context : Math.min(TextEvaluation.CONTEXT, judged.contextLength());
      TextEvaluation evaluation =
          new TextEvaluation(console, ids, windows(longest), judged.bosToken());
      report =
          against.isPresent()
              ? compare(judged, against.get(), wanted, ids, evaluation)
              : evaluation.score(judged);
    }
    if (asJson) {
      JsonOutput.write(console, json -> JsonTree.write(json, report.tree()));
    } else {
      report.lines().forEach(console.out()::println);
    }
    return console.out().checkError() ? ExitCode.BROKEN_PIPE : ExitCode.OK;
  }

  private Windows windows(int context) {
    return new Windows(context, stride.orElseGet(() -> Windows.of(context).stride()), warmUp);
  }

  private Report compare(
      LanguageModel judged,
      Path directory,
      TextFlags.Text wanted,
      int[] ids,
      TextEvaluation evaluation) {
    try (LanguageModel reference = model.load(directory, console)) {
      Evaluator.requireSameVocabulary(ScoredModel.of(judged), ScoredModel.of(reference));
      if (reference.hasTokenizer() && !Arrays.equals(ids, wanted.encode(reference))) {
        throw new UsageException(
            "The tokenizers of %s and %s make different tokens of the text; only models with the same vocabulary can be compared."
                .formatted(judged.files().directory(), reference.files().directory()));
      }
      return evaluation.compare(judged, reference);
    }
  }
}
