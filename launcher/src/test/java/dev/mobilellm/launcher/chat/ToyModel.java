package dev.mobilellm.launcher.chat;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.testkit.Fixtures;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A tiny checkpoint with text, on the reference device. */
final class ToyModel {

  private ToyModel() {}

  static LanguageModel load(Path folder, int context) {
    return load(
        folder,
        context,
        PluginRegistry.builtIn()
            .with(Service.TOKENIZER, new ToyText.LettersProvider())
            .with(Service.CHAT_TEMPLATE, new ToyText.RolesProvider()));
  }

  static LanguageModel load(Path folder, int context, PluginRegistry registry) {
    return LanguageModel.load(
        Fixtures.checkpoint("r1-bf16", folder),
        LoadOptions.DEFAULT.withDevice("reference").withContext(context),
        registry,
        LoadListener.NONE);
  }

  /** The likeliest tokens, also behind the end of a sequence, so that lengths are known. */
  static GenerationOptions tokens(int count) {
    return new GenerationOptions(
        SamplingOptions.GREEDY, Optional.empty(), count, List.of(), false, true);
  }
}
