package dev.mobilellm.spi.model;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;

/**
 * One of the two blocks of a layer, from residual stream to residual stream: norm, the block's own
 * work, and the addition. The whole is one plugin's so that it can name fusions across its parts.
 */
public interface BlockVariant extends Plugin {

  /** Whether the layer's weights and configuration are of this variant. Takes nothing. */
  Match matches(LayerView layer);

  /**
   * Records the block. Called once per layer when a model is loaded; never in the token loop.
   *
   * @param residual the residual stream, {@code hiddenSize} wide
   * @return the new residual stream, of the same width
   * @throws dev.mobilellm.spi.ModelException if weights or configuration contradict each other
   */
  Value emit(GraphBuilder graph, LayerView layer, Value residual);
}
