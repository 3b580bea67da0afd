package dev.mobilellm.launcher.convert;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.Tokenizer;
import dev.mobilellm.spi.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/**
 * The checkpoint that is converted.
 *
 * @param weights open until this is closed
 * @param options how to run the model where it is measured
 * @param registry the plugins that read and run it
 */
record SourceModel(
    ModelFiles files, WeightSource weights, LoadOptions options, PluginRegistry registry)
    implements AutoCloseable {

  /**
   * Opens a checkpoint.
   *
   * @throws dev.mobilellm.spi.ModelException if its weights cannot be read
   */
  static SourceModel open(Path directory, LoadOptions options, PluginRegistry registry) {
    ModelFiles files = CheckpointFiles.open(directory);
    WeightSource weights =
        new Selector(registry)
            .require(
                Service.WEIGHTS,
                Optional.empty(),
                provider -> provider.matches(files),
                directory.toString())
            .chosen()
            .orElseThrow()
            .plugin()
            .open(files);
    return new SourceModel(files, weights, options, registry);
  }

  ModelConfig config() {
    return files.config();
  }

  /** The token in front of every text, or empty if the checkpoint names none. */
  OptionalInt bosToken() {
    List<Integer> bos = config().settings().integers("bos_token_id");
    return bos.isEmpty() ? OptionalInt.empty() : OptionalInt.of(bos.getFirst());
  }

  /** As {@link ConversionPlan#of}. */
  ConversionPlan plan(ConversionPlan.Wish wish, ToIntFunction<String> bits) {
    return ConversionPlan.of(weights, config().tieWordEmbeddings(), wish, bits);
  }

  /**
   * Opens the tokenizer.
   *
   * @throws dev.mobilellm.spi.ModelException if there is none
   */
  Tokenizer tokenizer() {
    return new Selector(registry)
        .require(
            Service.TOKENIZER,
            Optional.empty(),
            provider -> provider.matches(files),
            files.directory().toString())
        .chosen()
        .orElseThrow()
        .plugin()
        .open(files);
  }

  @Override
  public void close() {
    weights.close();
  }
}
