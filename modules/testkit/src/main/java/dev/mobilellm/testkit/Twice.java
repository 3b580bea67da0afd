package dev.mobilellm.testkit;

import dev.mobilellm.spi.graph.Composite;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;

/**
 * A composite that no device knows, as a third party may bring one: {@code output = input + input}.
 */
public record Twice(Value input, Value output) implements Composite {

  /** Records it; the result has the width and the rows of the input. */
  public static Value of(GraphBuilder graph, Value input) {
    Value output = graph.newValue(input.width(), input.rows());
    graph.add(new Twice(input, output));
    return output;
  }

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
    return List.of();
  }

  @Override
  public List<Value> lower(GraphBuilder graph) {
    return List.of(graph.add(input, input));
  }
}
