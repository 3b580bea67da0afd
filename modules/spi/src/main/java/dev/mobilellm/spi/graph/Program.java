package dev.mobilellm.spi.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A recorded model: what one forward pass does to the tokens of a batch. Immutable.
 *
 * @param ops in the order of execution: every value is written before it is read
 * @param caches the key/value caches that each sequence has
 * @param logits one row per wanted row, as wide as the vocabulary
 */
public record Program(List<Op> ops, List<KvCache> caches, Value logits) {

  /**
   * @throws IllegalArgumentException if a value is read before it is written, written twice, or the
   *     logits are never written
   */
  public Program {
    ops = List.copyOf(ops);
    caches = List.copyOf(caches);
    boolean[] written = new boolean[count(ops)];
    for (Op op : ops) {
      for (Value input : op.inputs()) {
        if (input.id() >= written.length || !written[input.id()]) {
          throw new IllegalArgumentException(
              op.kind() + " reads " + input + " before it is written");
        }
      }
      for (Value output : op.outputs()) {
        if (written[output.id()]) {
          throw new IllegalArgumentException(op.kind() + " writes " + output + " again");
        }
        written[output.id()] = true;
      }
    }
    if (logits.id() >= written.length || !written[logits.id()]) {
      throw new IllegalArgumentException("the logits are never written");
    }
    if (logits.rows() != Value.Rows.WANTED) {
      throw new IllegalArgumentException("the logits must be those of the wanted rows");
    }
  }

  /** Entries of the vocabulary. */
  public int vocabularySize() {
    return logits.width();
  }

  /** One more than the largest id of a value. */
  public int valueCount() {
    return count(ops);
  }

  /**
   * The same program with every composite replaced by its lowering, except those that the device
   * has a kernel for. What a lowering records is asked about again. Where a lowering ends in a
   * value of its own, a {@link Primitive.Same} says that this is the composite's output.
   */
  public Program lower(Predicate<Composite> keep) {
    GraphBuilder graph = new GraphBuilder(valueCount(), caches);
    List<Op> result = new ArrayList<>();
    ops.forEach(op -> lower(op, keep, graph, result));
    return new Program(result, caches, logits);
  }

  private static void lower(Op op, Predicate<Composite> keep, GraphBuilder graph, List<Op> result) {
    if (!(op instanceof Composite composite) || keep.test(composite)) {
      result.add(op);
      return;
    }
    int before = graph.ops().size();
    List<Value> values = composite.lower(graph);
    List<Op> recorded = graph.ops();
    recorded.subList(before, recorded.size()).forEach(step -> lower(step, keep, graph, result));
    for (int i = 0; i < values.size(); i++) {
      result.add(new Primitive.Same(values.get(i), composite.outputs().get(i)));
    }
  }

  private static int count(List<Op> ops) {
    return 1
        + ops.stream().flatMap(op -> op.outputs().stream()).mapToInt(Value::id).max().orElse(-1);
  }
}
