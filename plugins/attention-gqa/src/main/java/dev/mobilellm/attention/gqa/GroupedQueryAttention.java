package dev.mobilellm.attention.gqa;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.NormLinear.Projection;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.model.AttentionVariant;
import dev.mobilellm.spi.model.LayerView;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Grouped-query attention (Ainslie et al. 2023) as Llama 4 text models have it.
 *
 * <p>A layer with RoPE rotates queries and keys, normalises them without weights where the
 * configuration says so, and attends within chunks. A layer without RoPE attends to everything and
 * may scale its queries with the position.
 */
public final class GroupedQueryAttention implements AttentionVariant {

  /** Found by the service loader. */
  public GroupedQueryAttention() {}

  @Override
  public String name() {
    return "gqa";
  }

  @Override
  public Match matches(LayerView layer) {
    for (String projection : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
      if (!layer.has("self_attn." + projection + ".weight")) {
        return Match.no("self_attn." + projection + ".weight is missing");
      }
    }
    return Match.yes("self_attn has q_proj, k_proj, v_proj and o_proj");
  }

  @Override
  public Value emit(GraphBuilder graph, LayerView layer, Value residual) {
    ModelConfig config = layer.config();
    int hidden = config.hiddenSize();
    AttentionShape shape = shape(layer);
    WeightTensor norm = layer.vector("input_layernorm.weight", hidden);
    List<Projection> projections =
        List.of(
            projection(layer, "q_proj", shape.queryWidth()),
            projection(layer, "k_proj", shape.kvWidth()),
            projection(layer, "v_proj", shape.kvWidth()));
    requireUnitWeights(layer, "self_attn.q_norm.weight", shape.headDim());
    requireUnitWeights(layer, "self_attn.k_norm.weight", shape.headDim());

    boolean rotates = RopeLayers.rotates(layer);
    List<Value> qkv = graph.normLinear(residual, norm, config.rmsNormEps(), projections);
    Value attended =
        graph.rotaryAttention(
            qkv.get(0),
            qkv.get(1),
            qkv.get(2),
            rotates
                ? Optional.of(new RotaryEmbedding(shape.headDim(), config.ropeTheta()))
                : Optional.empty(),
            rotates && config.useQkNorm()
                ? OptionalDouble.of(config.rmsNormEps())
                : OptionalDouble.empty(),
            graph.newCache(shape.kvHeads(), shape.headDim()),
            shape);
    return graph.linearAdd(
        attended,
        layer.matrix("self_attn.o_proj.weight", hidden, shape.queryWidth()),
        layer.optionalVector("self_attn.o_proj.bias", hidden),
        residual);
  }

  private static AttentionShape shape(LayerView layer) {
    ModelConfig config = layer.config();
    boolean rotates = RopeLayers.rotates(layer);
    boolean tempered = !rotates && config.attnTemperatureTuning();
    return new AttentionShape(
        config.heads(),
        config.kvHeads(),
        config.headDim(),
        (float) (1 / Math.sqrt(config.headDim())),
        RopeLayers.isChunked(layer, rotates) ? config.attentionChunkSize() : 0,
        tempered
            ? Optional.of(new AttentionShape.Temper(config.floorScale(), config.attnScale()))
            : Optional.empty());
  }

  private static Projection projection(LayerView layer, String name, int rows) {
    String path = "self_attn." + name;
    return new Projection(
        layer.matrix(path + ".weight", rows, layer.config().hiddenSize()),
        layer.optionalVector(path + ".bias", rows));
  }

  /**
   * The family's QK-norm has no weights, but the first MLX port stored the ones that it never
   * changed.
   */
  private static void requireUnitWeights(LayerView layer, String name, int headDim) {
    if (!layer.has(name)) {
      return;
    }
    WeightTensor weight = layer.vector(name, headDim);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(ValueLayout.JAVA_FLOAT, headDim);
      weight.decodeRow(0, row);
      for (int i = 0; i < headDim; i++) {
        if (row.getAtIndex(ValueLayout.JAVA_FLOAT, i) != 1) {
          throw new ModelException(
              "%s holds values other than 1, but the QK-norm of this family has no weights."
                  .formatted(weight.name()));
        }
      }
    }
  }
}
