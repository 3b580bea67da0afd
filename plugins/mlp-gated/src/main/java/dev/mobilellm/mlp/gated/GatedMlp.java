package dev.mobilellm.mlp.gated;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.model.LayerView;
import dev.mobilellm.spi.model.MlpVariant;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;
import java.util.Optional;

/**
 * {@code x + down(act(gate(n)) * up(n))} with {@code n = rmsNorm(x)} (Shazeer 2020). Its width is
 * the tensor's; in this family the configuration calls it {@code intermediate_size_mlp}.
 */
public final class GatedMlp implements MlpVariant {

  private static final List<String> PROJECTIONS = List.of("gate_proj", "up_proj", "down_proj");

  /** Found by the service loader. */
  public GatedMlp() {}

  @Override
  public String name() {
    return "gated";
  }

  @Override
  public Match matches(LayerView layer) {
    for (String projection : PROJECTIONS) {
      if (!layer.has("feed_forward." + projection + ".weight")) {
        return Match.no("feed_forward." + projection + ".weight is missing");
      }
    }
    return Match.yes("feed_forward has gate_proj, up_proj and down_proj");
  }

  @Override
  public Value emit(GraphBuilder graph, LayerView layer, Value residual) {
    ModelConfig config = layer.config();
    int hidden = config.hiddenSize();
    int width = layer.look("feed_forward.down_proj.weight").columns();
    if (width != config.intermediateSizeMlp()) {
      layer
          .warnings()
          .accept(
              "config.json: \"intermediate_size_mlp\" is %d, but the MLP's weights are %d wide; theirs is used."
                  .formatted(config.intermediateSizeMlp(), width));
    }
    WeightTensor norm = layer.vector("post_attention_layernorm.weight", hidden);
    Value gated =
        graph.normGatedLinear(
            residual,
            norm,
            config.rmsNormEps(),
            layer.matrix("feed_forward.gate_proj.weight", width, hidden),
            layer.matrix("feed_forward.up_proj.weight", width, hidden),
            config.hiddenAct());
    return graph.linearAdd(
        gated,
        layer.matrix("feed_forward.down_proj.weight", hidden, width),
        Optional.empty(),
        residual);
  }
}
