package dev.mobilellm.testkit;

import dev.mobilellm.spi.graph.Composite;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;

/** A composite that no device knows, as a third party may bring one; it lowers to composites. */
record Quadruple(Value input, Value output) implements Composite {

  static Value of(GraphBuilder graph, Value input) {
    Value output = graph.newValue(input.width(), input.rows());
    graph.add(new Quadruple(input, output));
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
    return List.of(Twice.of(graph, Twice.of(graph, input)));
  }
}
