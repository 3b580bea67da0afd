package dev.mobilellm.spi.graph;

import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * RMSNorm followed by one or more linear layers that all read its result: queries, keys and values;
 * the output head. One pass over the weights with the norm computed once.
 *
 * @param input the residual stream
 * @param norm the norm's weight
 * @param eps added to the mean square
 * @param projections the linear layers
 * @param outputs one for each projection
 */
public record NormLinear(
    Value input, WeightTensor norm, float eps, List<Projection> projections, List<Value> outputs)
    implements Composite {

  /** A linear layer: weight, and bias if any. */
  public record Projection(WeightTensor weight, Optional<WeightTensor> bias) {}

  public NormLinear {
    projections = List.copyOf(projections);
    outputs = List.copyOf(outputs);
  }

  @Override
  public List<Value> inputs() {
    return List.of(input);
  }

  @Override
  public List<WeightTensor> weights() {
    return Stream.concat(
            Stream.of(norm),
            projections.stream().flatMap(p -> Stream.concat(Stream.of(p.weight), p.bias.stream())))
        .toList();
  }

  @Override
  public List<Value> lower(GraphBuilder graph) {
    Value normed = graph.rmsNorm(input, Optional.of(norm), input.width(), eps);
    return projections.stream().map(p -> graph.linear(normed, p.weight, p.bias)).toList();
  }
}
