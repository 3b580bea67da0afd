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
import dev.mobilellm.spi.graph.KvCache;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.RotaryAttention;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.model.WeightSourceProvider;
import dev.mobilellm.spi.text.ChatTemplateProvider;
import dev.mobilellm.spi.text.TokenizerProvider;
import dev.mobilellm.spi.weights.WeightSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A checkpoint looked at as a whole: it is assembled as for loading, but a missing or misshapen
 * tensor is noted instead of ending it. Holds the weights open, so that their values can be
 * checked.
 */
public final class ModelInspection implements AutoCloseable {

  private final ModelFiles files;
  private final Selection<WeightSourceProvider> weightProvider;
  private final WeightSource weights;
  private final TensorLedger ledger;
  private final Optional<ModelAssembly> assembly;
  private final Set<String> warnings = new LinkedHashSet<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private final Set<Integer> eosTokens;
  private final Selection<TokenizerProvider> tokenizer;
  private final Selection<ChatTemplateProvider> template;

  private ModelInspection(
      ModelFiles files,
      Selection<WeightSourceProvider> weightProvider,
      WeightSource weights,
      Selector selector,
      ModelAssembly.Forced forced) {
    this.files = files;
    this.weightProvider = weightProvider;
    this.weights = weights;
    ledger = new TensorLedger(weights, false);
    assembly = assemble(selector, forced);
    for (TensorLedger.Entry entry : ledger.asked()) {
      if (!entry.isFine()) {
        problems.add(entry.problem());
      }
    }
    if (assembly.isPresent()) {
      for (String name : ledger.unexpected()) {
        problems.add(name + " is not used by the model.");
      }
    }
    eosTokens = EosTokens.of(files, warnings::add);
    tokenizer = selector.select(Service.TOKENIZER, Optional.empty(), p -> p.matches(files));
    template = selector.select(Service.CHAT_TEMPLATE, Optional.empty(), p -> p.matches(files));
  }

  /**
   * Inspects a checkpoint.
   *
   * @throws ModelException if its configuration or its weight files cannot be read at all
   */
  public static ModelInspection of(
      Path directory, PluginRegistry registry, ModelAssembly.Forced forced) {
    ModelFiles files = CheckpointFiles.open(directory);
    Selector selector = new Selector(registry);
    Selection<WeightSourceProvider> provider =
        selector.require(
            Service.WEIGHTS, Optional.empty(), p -> p.matches(files), directory.toString());
    WeightSource weights = provider.chosen().orElseThrow().plugin().open(files);
    try {
      return new ModelInspection(files, provider, weights, selector, forced);
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
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

  /** Every tensor that the model asks for, found or not. */
  public List<TensorLedger.Entry> tensors() {
    return ledger.asked();
  }

  /** The names of tensors that the model does not ask for. */
  public List<String> unexpected() {
    return ledger.unexpected();
  }

  /** What was recorded, with the plugins of each layer; empty if nothing could be. */
  public Optional<ModelAssembly> assembly() {
    return assembly;
  }

  /** Who read the weights. */
  public Selection<WeightSourceProvider> weightProvider() {
    return weightProvider;
  }

  public Selection<TokenizerProvider> tokenizer() {
    return tokenizer;
  }

  public Selection<ChatTemplateProvider> template() {
    return template;
  }

  public Set<Integer> eosTokens() {
    return eosTokens;
  }

  public WeightShares shares() {
    return WeightShares.of(ledger.asked());
  }

  /** What was recorded for each layer whose attention is one of this family's. */
  public List<LayerFacts> layers() {
    List<LayerFacts> facts = new ArrayList<>();
    for (Op op : assembly.map(a -> a.program().ops()).orElse(List.of())) {
      if (op instanceof RotaryAttention attention) {
        facts.add(
            new LayerFacts(
                facts.size(),
                attention.rotary().isPresent(),
                attention.qkNormEps().isPresent(),
                attention.shape()));
      }
    }
    return facts;
  }

  /** Bytes of the key/value cache in float32 for one conversation of so many tokens. */
  public long cacheBytes(int context) {
    return assembly.map(a -> a.program().caches()).orElse(List.of()).stream()
        .mapToLong(KvCache::width)
        .map(width -> 2 * width * Float.BYTES * context)
        .sum();
  }

  @Override
  public void close() {
    weights.close();
  }

  private Optional<ModelAssembly> assemble(Selector selector, ModelAssembly.Forced forced) {
    try {
      return Optional.of(
          ModelAssembly.assemble(
              files.config(),
              ledger,
              selector,
              forced,
              new ModelAssembly.Remarks(
                  warnings::add, problem -> problems.add(problem.getMessage()))));
    } catch (ModelException e) {
      problems.add(e.getMessage());
      return Optional.empty();
    }
  }
}
