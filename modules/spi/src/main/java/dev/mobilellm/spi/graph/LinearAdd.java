package dev.mobilellm.spi.graph;

import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A linear layer that ends a block: {@code output = residual + input * weight^T + bias}.
 *
 * @param residual as wide as the output
 */
public record LinearAdd(
    Value input, WeightTensor weight, Optional<WeightTensor> bias, Value residual, Value output)
    implements Composite {

  @Override
  public List<Value> inputs() {
    return List.of(input, residual);
  }

  @Override
  public List<Value> outputs() {
    return List.of(output);
  }

  @Override
  public List<WeightTensor> weights() {
    return Stream.concat(Stream.of(weight), bias.stream()).toList();
  }

  @Override
  public List<Value> lower(GraphBuilder graph) {
    return List.of(graph.add(residual, graph.linear(input, weight, bias)));
  }
}
