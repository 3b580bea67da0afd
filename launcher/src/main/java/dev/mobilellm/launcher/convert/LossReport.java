package dev.mobilellm.launcher.convert;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.InputFile;
import dev.mobilellm.launcher.LoadingLine;
import dev.mobilellm.launcher.perplexity.Report;
import dev.mobilellm.launcher.perplexity.TextEvaluation;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.device.DeviceSearch;
import dev.mobilellm.runtime.evaluation.Windows;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Tokenizer;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What a conversion loses on a text. Made before the conversion, so that a text that cannot be used
 * is told before any work.
 */
final class LossReport {

  private final Console console;
  private final Path source;
  private final LoadOptions options;
  private final PluginRegistry registry;
  private final TextEvaluation evaluation;

  private LossReport(Console console, SourceModel model, TextEvaluation evaluation) {
    this.console = console;
    source = model.files().directory();
    options = model.options();
    registry = model.registry();
    this.evaluation = evaluation;
  }

  /**
   * Reads the text.
   *
   * @throws UsageException if it cannot be read or does not fill one window, or there is no such
   *     device
   * @throws dev.mobilellm.spi.ModelException if the model has no tokenizer
   */
  static LossReport prepare(Path file, SourceModel model, Console console) {
    String text = InputFile.text("text file", file, console);
    if (text.isBlank()) {
      throw new UsageException("The text file %s is empty; give some text.".formatted(file));
    }
    LoadOptions options = model.options();
    new DeviceSearch(model.registry(), options.deviceOptions(1, model.registry()), note -> {})
        .first(options.device(), Function.identity());
    int[] ids;
    try (Tokenizer tokenizer = model.tokenizer()) {
      ids = tokenizer.encode(text);
    }
    int context = model.options().context();
    int longest =
        context > 0
            ? context
            : Math.min(TextEvaluation.CONTEXT, model.config().maxPositionEmbeddings());
    return new LossReport(
        console, model, new TextEvaluation(console, ids, Windows.of(longest), model.bosToken()));
  }

  /**
   * Loads both models and runs them over the text.
   *
   * @param result directory of the converted one
   * @throws dev.mobilellm.spi.ModelException if one cannot run
   */
  Report of(Path result) {
    try (LanguageModel judged = load(result);
        LanguageModel reference = load(source)) {
      return evaluation.compare(judged, reference);
    }
  }

  private LanguageModel load(Path directory) {
    try (LoadingLine progress = new LoadingLine(console)) {
      return LanguageModel.load(directory, options, registry, progress);
    }
  }
}
