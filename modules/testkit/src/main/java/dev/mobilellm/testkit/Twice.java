package dev.mobilellm.testkit;

import dev.mobilellm.spi.graph.Composite;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;

/**
 * A composite that no device knows, as a third party may bring one: {@code output = input + input},
 * or that of its own result, several times over.
 *
 * @param times how often; more than once lowers to composites, once to a primitive
 */
public record Twice(Value input, Value output, int times) implements Composite {

  /** Records it; the result has the width and the rows of the input. */
  public static Value of(GraphBuilder graph, Value input) {
    return of(graph, input, 1);
  }

  /** Records it; the result is the input times 2 to the power of {@code times}. */
  public static Value of(GraphBuilder graph, Value input, int times) {
    Value output = graph.newValue(input.width(), input.rows());
    graph.add(new Twice(input, output, times));
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
    return List.of(times > 1 ? of(graph, of(graph, input, times - 1)) : graph.add(input, input));
  }
}
