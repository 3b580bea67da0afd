package dev.mobilellm.runtime.inspection;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.generation.EosTokens;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Selection;
import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.graph.KvCache;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.model.WeightSourceProvider;
import dev.mobilellm.spi.text.ChatTemplateProvider;
import dev.mobilellm.spi.text.Tokenizer;
import dev.mobilellm.spi.text.TokenizerProvider;
import dev.mobilellm.spi.weights.WeightSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A checkpoint looked at as a whole: everything is opened as for loading, but what would end that
 * is noted, and the rest is looked at all the same. No device is needed. Holds the weights open, so
 * that their values can be checked. For one thread.
 */
public final class ModelInspection implements AutoCloseable {

  private final ModelFiles files;
  private final Set<String> warnings = new LinkedHashSet<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private final Selection<WeightSourceProvider> weightProvider;
  private final Optional<WeightSource> weights;
  private final Optional<TensorLedger> ledger;
  private final Optional<ModelAssembly> assembly;
  private final Set<Integer> eosTokens;
  private final Selection<TokenizerProvider> tokenizerProvider;
  private final Optional<Tokenizer> tokenizer;
  private final Selection<ChatTemplateProvider> templateProvider;

  private ModelInspection(ModelFiles files, Selector selector, ModelAssembly.Forced forced) {
    this.files = files;
    weightProvider =
        selector.consider(Service.WEIGHTS, Optional.empty(), plugin -> plugin.matches(files));
    weights =
        attempt(() -> weightProvider.required(files.directory().toString()).plugin().open(files));
    try {
      ledger = weights.flatMap(source -> attempt(() -> new TensorLedger(source, false)));
      assembly = ledger.flatMap(tensors -> attempt(() -> assemble(tensors, selector, forced)));
      tensors().stream().filter(entry -> !entry.isFine()).forEach(e -> problems.add(e.problem()));
      assembly.ifPresent(this::noteUnexpected);
      eosTokens = attempt(() -> EosTokens.of(files, warnings::add)).orElse(Set.of());
      tokenizerProvider =
          selector.consider(Service.TOKENIZER, Optional.empty(), plugin -> plugin.matches(files));
      templateProvider =
          selector.consider(
              Service.CHAT_TEMPLATE, Optional.empty(), plugin -> plugin.matches(files));
      tokenizer = optional(tokenizerProvider).flatMap(plugin -> attempt(() -> plugin.open(files)));
      tokenizer.ifPresent(this::compareVocabulary);
      optional(templateProvider).ifPresent(plugin -> attempt(() -> plugin.open(files)));
    } catch (RuntimeException | Error e) {
      weights.ifPresent(WeightSource::close);
      throw e;
    }
  }

  /**
   * Inspects a checkpoint.
   *
   * @throws ModelException if there is no such folder, or no configuration in it
   * @throws UsageException if a plugin is forced that is not there or does not fit
   */
  public static ModelInspection of(
      Path directory, PluginRegistry registry, ModelAssembly.Forced forced) {
    return new ModelInspection(CheckpointFiles.open(directory), new Selector(registry), forced);
  }

  public ModelFiles files() {
    return files;
  }

  public ModelConfig config() {
    return files.config();
  }

  /** Whether the model would load. */
  public boolean loads() {
    return problems.isEmpty();
  }

  /** What keeps the model from loading, one sentence each. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** Oddities that do not. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Every tensor that the model asks for, found or not, in the order of the model. */
  public List<TensorLedger.Entry> tensors() {
    return ledger.map(TensorLedger::asked).orElse(List.of());
  }

  /** The names of tensors that the model does not ask for. */
  public List<String> unexpected() {
    return ledger.map(TensorLedger::unexpected).orElse(List.of());
  }

  /** What was recorded, with the plugins of each layer; empty if nothing could be. */
  public Optional<ModelAssembly> assembly() {
    return assembly;
  }

  /** Who reads the weights. */
  public Selection<WeightSourceProvider> weightProvider() {
    return weightProvider;
  }

  public Selection<TokenizerProvider> tokenizerProvider() {
    return tokenizerProvider;
  }

  /** Empty if there is none, or it cannot be opened. */
  public Optional<Tokenizer> tokenizer() {
    return tokenizer;
  }

  public Selection<ChatTemplateProvider> templateProvider() {
    return templateProvider;
  }

  public Set<Integer> eosTokens() {
    return eosTokens;
  }

  /** How the parameters are shared out, of those tensors that are there and used. */
  public WeightShares shares() {
    return WeightShares.of(tensors());
  }

  /** What was recorded for the attention of each layer; empty for one of another kind. */
  public List<Optional<LayerFacts>> layers() {
    return assembly.map(ModelAssembly::layers).orElse(List.of()).stream()
        .map(LayerFacts::of)
        .toList();
  }

  /**
   * What the model keeps for the positions of a conversation.
   *
   * @return empty if not all layers could be recorded
   */
  public Optional<List<KvCache>> caches() {
    return assembly
        .filter(recorded -> recorded.layers().stream().allMatch(ModelAssembly.Layer::complete))
        .map(recorded -> recorded.program().caches());
  }

  @Override
  public void close() {
    tokenizer.ifPresent(Tokenizer::close);
    weights.ifPresent(WeightSource::close);
  }

  private ModelAssembly assemble(
      TensorLedger tensors, Selector selector, ModelAssembly.Forced forced) {
    return ModelAssembly.assemble(
        files.config(),
        tensors,
        selector,
        forced,
        new ModelAssembly.Remarks(warnings::add, problem -> problems.add(problem.getMessage())));
  }

  /**
   * The tensors of a block that could not be recorded are left over, too, but that is no problem of
   * its own.
   */
  private void noteUnexpected(ModelAssembly recorded) {
    List<String> incomplete = new ArrayList<>();
    for (int i = 0; i < recorded.layers().size(); i++) {
      if (!recorded.layers().get(i).complete()) {
        incomplete.add("layers." + i + ".");
      }
    }
    List<String> left =
        unexpected().stream()
            .filter(name -> incomplete.stream().noneMatch(name::contains))
            .toList();
    if (!left.isEmpty()) {
      String which =
          left.size() == 1
              ? left.getFirst() + " is not used by the model"
              : "%d tensors are not used by the model, %s the first"
                  .formatted(left.size(), left.getFirst());
      problems.add(
          which + "; it may be of another architecture or have more layers than config.json says.");
    }
  }

  private void compareVocabulary(Tokenizer opened) {
    int entries = assembly.map(recorded -> recorded.program().vocabularySize()).orElse(0);
    if (entries > 0 && opened.vocabularySize() > entries) {
      warnings.add(
          "The tokenizer knows %d tokens, but the model only %d: it may belong to another model."
              .formatted(opened.vocabularySize(), entries));
    }
  }

  private <P extends Plugin> Optional<P> optional(Selection<P> selection) {
    selection.tie().ifPresent(problems::add);
    return selection.chosen().map(found -> found.plugin());
  }

  private <T> Optional<T> attempt(Supplier<T> step) {
    try {
      return Optional.of(step.get());
    } catch (ModelException e) {
      problems.add(e.getMessage());
      return Optional.empty();
    }
  }
}
