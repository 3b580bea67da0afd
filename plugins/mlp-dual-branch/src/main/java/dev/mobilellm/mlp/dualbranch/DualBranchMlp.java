package dev.mobilellm.mlp.dualbranch;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.NormLinear.Projection;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.model.LayerView;
import dev.mobilellm.spi.model.MlpVariant;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;
import java.util.Optional;

/**
 * {@code x + g_down(act(g_gate(n)) * g_up(n)) + p_down(act(p_up(n)))} with {@code n = rmsNorm(x)}.
 * The gated branch is {@code intermediate_size} wide, the plain one {@code intermediate_size_mlp};
 * the tensors decide.
 */
public final class DualBranchMlp implements MlpVariant {

  private static final List<String> PROJECTIONS =
      List.of("g_gate", "g_up", "g_down", "p_up", "p_down");

  /** Found by the service loader. */
  public DualBranchMlp() {}

  @Override
  public String name() {
    return "dual-branch";
  }

  @Override
  public Match matches(LayerView layer) {
    for (String projection : PROJECTIONS) {
      if (!layer.has("feed_forward." + projection + ".weight")) {
        return Match.no("feed_forward." + projection + ".weight is missing");
      }
    }
    return Match.yes("feed_forward has g_gate, g_up, g_down, p_up and p_down");
  }

  @Override
  public Value emit(GraphBuilder graph, LayerView layer, Value residual) {
    ModelConfig config = layer.config();
    int hidden = config.hiddenSize();
    float eps = config.rmsNormEps();
    int gatedWidth = width(layer, "g_down", "intermediate_size", config.intermediateSize());
    int plainWidth = width(layer, "p_down", "intermediate_size_mlp", config.intermediateSizeMlp());
    WeightTensor norm = layer.vector("post_attention_layernorm.weight", hidden);
    Value gated =
        graph.normGatedLinear(
            residual,
            norm,
            eps,
            matrix(layer, "g_gate", gatedWidth, hidden),
            matrix(layer, "g_up", gatedWidth, hidden),
            config.hiddenAct());
    Projection up = new Projection(matrix(layer, "p_up", plainWidth, hidden), Optional.empty());
    Value plain =
        graph.activate(
            graph.normLinear(residual, norm, eps, List.of(up)).getFirst(), config.hiddenAct());
    Value afterGated =
        graph.linearAdd(
            gated, matrix(layer, "g_down", hidden, gatedWidth), Optional.empty(), residual);
    return graph.linearAdd(
        plain, matrix(layer, "p_down", hidden, plainWidth), Optional.empty(), afterGated);
  }

  private static WeightTensor matrix(LayerView layer, String name, int rows, int columns) {
    return layer.matrix("feed_forward." + name + ".weight", rows, columns);
  }

  private static int width(LayerView layer, String name, String key, int configured) {
    int width = layer.look("feed_forward." + name + ".weight").columns();
    if (width != configured) {
      layer
          .warnings()
          .accept(
              "config.json: \"%s\" is %d, but the weights of feed_forward.%s are %d wide; theirs is used."
                  .formatted(key, configured, name, width));
    }
    return width;
  }
}
