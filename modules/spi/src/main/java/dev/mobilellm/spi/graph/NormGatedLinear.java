package dev.mobilellm.spi.graph;

import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;
import java.util.Optional;

/**
 * RMSNorm and the gated half of a GLU: {@code output = activation(gate(n)) * up(n)} with {@code n =
 * rmsNorm(input)} (Shazeer 2020). Gate and up have the same shape and are read side by side.
 *
 * @param input the residual stream
 * @param norm the norm's weight
 * @param eps added to the mean square
 * @param gate the linear layer that is activated
 * @param up the linear layer that is gated
 */
public record NormGatedLinear(
    Value input,
    WeightTensor norm,
    float eps,
    WeightTensor gate,
    WeightTensor up,
    Activation activation,
    Value output)
    implements Composite {

  @Override
  public List<Value> inputs() {
    return List.of(input);
  }

  @Override
  public List<Value> outputs() {
    return List.of(output);
  }

  @Override
  public List<WeightTensor> weights() {
    return List.of(norm, gate, up);
  }

  @Override
  public List<Value> lower(GraphBuilder graph) {
    Value normed = graph.rmsNorm(input, Optional.of(norm), input.width(), eps);
    Value gated = graph.activate(graph.linear(normed, gate, Optional.empty()), activation);
    return List.of(graph.multiply(gated, graph.linear(normed, up, Optional.empty())));
  }
}
