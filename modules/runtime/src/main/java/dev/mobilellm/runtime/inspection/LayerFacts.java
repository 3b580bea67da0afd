package dev.mobilellm.runtime.inspection;

import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.RotaryAttention;
import java.util.Optional;

/**
 * What was recorded for the attention of one layer.
 *
 * @param rotates whether queries and keys are rotated
 * @param qkNorm whether they are normalised
 * @param shape heads, chunk and temperature tuning
 */
public record LayerFacts(boolean rotates, boolean qkNorm, AttentionShape shape) {

  /** Empty if the layer's attention could not be recorded, or is of no known kind. */
  static Optional<LayerFacts> of(ModelAssembly.Layer layer) {
    return layer.ops().stream()
        .filter(RotaryAttention.class::isInstance)
        .map(RotaryAttention.class::cast)
        .findFirst()
        .map(
            attention ->
                new LayerFacts(
                    attention.rotary().isPresent(),
                    attention.qkNormEps().isPresent(),
                    attention.shape()));
  }
}
