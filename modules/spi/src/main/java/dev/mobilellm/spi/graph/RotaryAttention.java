package dev.mobilellm.spi.graph;

import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Attention with everything between the projections: RoPE on queries and keys, then their
 * weightless RMS norm per head, the cache, and the attention itself.
 *
 * @param query {@code shape.queryWidth()} wide, as the output
 * @param key {@code shape.kvWidth()} wide
 * @param value {@code shape.kvWidth()} wide
 * @param rotary empty on layers without RoPE
 * @param qkNormEps empty where queries and keys are not normalised
 */
public record RotaryAttention(
    Value query,
    Value key,
    Value value,
    Optional<RotaryEmbedding> rotary,
    OptionalDouble qkNormEps,
    KvCache cache,
    AttentionShape shape,
    Value output)
    implements Composite {

  @Override
  public List<Value> inputs() {
    return List.of(query, key, value);
  }

  @Override
  public List<Value> outputs() {
    return List.of(output);
  }

  @Override
  public List<WeightTensor> weights() {
    return List.of();
  }

  @Override
  public List<Value> lower(GraphBuilder graph) {
    return List.of(graph.attention(placed(graph, query), placed(graph, key), value, cache, shape));
  }

  private Value placed(GraphBuilder graph, Value input) {
    Value rotated = rotary.map(r -> graph.rope(input, r)).orElse(input);
    return qkNormEps.isEmpty()
        ? rotated
        : graph.rmsNorm(
            rotated, Optional.empty(), shape.headDim(), (float) qkNormEps.getAsDouble());
  }
}
