package dev.mobilellm.runtime.assembly;

import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.Selection;
import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.NormLinear.Projection;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.model.AttentionVariant;
import dev.mobilellm.spi.model.BlockVariant;
import dev.mobilellm.spi.model.LayerView;
import dev.mobilellm.spi.model.MlpVariant;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Records a model: embedding, then per layer the attention and the MLP that fit it, then norm and
 * head. Every weight is taken exactly once, or the load fails.
 *
 * @param program what was recorded
 * @param layers from the first to the last
 * @param tied whether the embedding is the head, too
 */
public record ModelAssembly(Program program, List<Layer> layers, boolean tied) {

  /** The only architecture so far, by the name that config.json gives it. */
  public static final String MODEL_TYPE = "llama4_text";

  private static final String EMBEDDING = "embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";

  /**
   * One layer.
   *
   * @param attention who was considered for its attention
   * @param mlp who was considered for its MLP
   * @param ops what its blocks recorded
   * @param complete whether both could be recorded; always, unless remarks were only noted
   */
  public record Layer(
      Selection<AttentionVariant> attention,
      Selection<MlpVariant> mlp,
      List<Op> ops,
      boolean complete) {

    public Layer {
      ops = List.copyOf(ops);
    }
  }

  /** Block plugins that the user named. */
  public record Forced(Optional<String> attention, Optional<String> mlp) {}

  /**
   * Where remarks go.
   *
   * @param warnings told about oddities that are no errors
   * @param problems told about a block that cannot be recorded; throws it, or notes it and goes on
   *     without the block
   */
  public record Remarks(Consumer<String> warnings, Consumer<ModelException> problems) {}

  /**
   * Records the model.
   *
   * @throws ModelException if the configuration or a tensor does not fit
   */
  public static ModelAssembly assemble(
      ModelConfig config, TensorLedger ledger, Selector selector, Forced forced, Remarks remarks) {
    requireSupported(config);
    GraphBuilder graph = new GraphBuilder();
    int hidden = config.hiddenSize();
    WeightTensor embedding = ledger.take(EMBEDDING, config.vocabSize(), hidden);
    Value residual = graph.embed(embedding);
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      LayerView layer = new LayerWeights(i, config, ledger, remarks.warnings());
      int before = graph.ops().size();
      Selection<AttentionVariant> attention =
          selector.consider(Service.ATTENTION, forced.attention(), plugin -> plugin.matches(layer));
      Selection<MlpVariant> mlp =
          selector.consider(Service.MLP, forced.mlp(), plugin -> plugin.matches(layer));
      Optional<Value> attended =
          emit(attention, latest(layers, Layer::attention), layer, graph, residual, remarks);
      residual = attended.orElse(residual);
      Optional<Value> output =
          emit(mlp, latest(layers, Layer::mlp), layer, graph, residual, remarks);
      residual = output.orElse(residual);
      layers.add(
          new Layer(
              attention,
              mlp,
              graph.ops().subList(before, graph.ops().size()),
              attention.chosen().isPresent()
                  && mlp.chosen().isPresent()
                  && attended.isPresent()
                  && output.isPresent()));
    }
    WeightTensor norm = ledger.take("norm.weight", 1, hidden);
    boolean tied = isTied(config, ledger, remarks.warnings());
    WeightTensor head = tied ? embedding : ledger.take(HEAD, config.vocabSize(), hidden);
    Value logits =
        graph
            .normLinear(
                graph.selectWanted(residual),
                norm,
                config.rmsNormEps(),
                List.of(new Projection(head, Optional.empty())))
            .getFirst();
    ignoreBuffers(ledger);
    return new ModelAssembly(graph.build(logits), List.copyOf(layers), tied);
  }

  /** Whether a matrix is stored in float32. */
  public boolean holdsFloat32() {
    return program.ops().stream()
        .flatMap(op -> op.weights().stream())
        .anyMatch(weight -> weight.rows() > 1 && weight.encoding().equals(new Dense(DType.F32)));
  }

  /** Fails on tensors that nothing asked for. */
  public static void requireNoneLeft(TensorLedger ledger) {
    List<String> left = ledger.unexpected();
    if (!left.isEmpty()) {
      throw new ModelException(
          "The checkpoint holds a tensor that the model does not use: %s%s; it may be of another architecture or have more layers than config.json says."
              .formatted(
                  left.getFirst(),
                  left.size() == 1 ? "" : " (and " + (left.size() - 1) + " more)"));
    }
  }

  /**
   * Records a block; empty if that is not possible and the remark was only noted. If no plugin
   * fits, which was noted as well, the one of the layers before tells what the layer lacks.
   */
  private static <P extends BlockVariant> Optional<Value> emit(
      Selection<P> selection,
      Optional<Found<P>> latest,
      LayerView layer,
      GraphBuilder graph,
      Value residual,
      Remarks remarks) {
    try {
      selection.required("layer " + layer.index());
    } catch (ModelException e) {
      remarks.problems().accept(e);
    }
    try {
      return selection
          .chosen()
          .or(() -> latest)
          .map(found -> emit(selection.service(), found.plugin(), layer, graph, residual));
    } catch (ModelException e) {
      remarks.problems().accept(e);
      return Optional.empty();
    }
  }

  private static <P extends BlockVariant> Value emit(
      Service<P> service, P block, LayerView layer, GraphBuilder graph, Value residual) {
    Value result = block.emit(graph, layer, residual);
    if (result.width() != residual.width() || result.rows() != residual.rows()) {
      throw new ModelException(
          "The %s \"%s\" returned a residual stream of another shape for layer %d."
              .formatted(service.label(), block.name(), layer.index()));
    }
    return result;
  }

  private static <P extends BlockVariant> Optional<Found<P>> latest(
      List<Layer> layers, Function<Layer, Selection<P>> selection) {
    return layers.reversed().stream()
        .flatMap(layer -> selection.apply(layer).chosen().stream())
        .findFirst();
  }

  /**
   * Fails on architectures that cannot be recorded, before any weight is looked at.
   *
   * @throws ModelException naming what config.json says and what is supported
   */
  public static void requireSupported(ModelConfig config) {
    if (!config.modelType().equals(MODEL_TYPE)) {
      throw new ModelException(
          "config.json: \"model_type\" is \"%s\"; supported is \"%s\" (MobileLLM-R1)."
              .formatted(config.modelType(), MODEL_TYPE));
    }
    if (!config.settings().integers("moe_layers").isEmpty()) {
      throw new ModelException(
          "config.json: \"moe_layers\" is not empty; mixtures of experts are not supported, only"
              + " the dense models.");
    }
    if (config.settings().has("rope_scaling")) {
      throw config
          .settings()
          .wrong(
              "rope_scaling",
              "null, because scaled RoPE is not supported",
              config.settings().find("rope_scaling").orElseThrow());
    }
  }

  private static boolean isTied(
      ModelConfig config, TensorLedger ledger, Consumer<String> warnings) {
    boolean stated = config.settings().has("tie_word_embeddings");
    boolean tied = stated ? config.tieWordEmbeddings() : !ledger.has(HEAD);
    if (tied && ledger.has(HEAD)) {
      ledger.ignore(HEAD);
      warnings.accept(
          "%s is ignored: config.json ties the output head to the embedding."
              .formatted(ledger.stored(HEAD)));
    }
    return tied;
  }

  /** Old exports hold RoPE's frequencies, which are computed here. */
  private static void ignoreBuffers(TensorLedger ledger) {
    for (String name : List.copyOf(ledger.names())) {
      if (name.endsWith("rotary_emb.inv_freq")) {
        ledger.ignore(name);
      }
    }
  }
}
