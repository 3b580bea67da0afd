package dev.mobilellm.spi.graph;

import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Records operations. Every method checks widths and rows, appends one operation and returns the
 * value that it writes. Not safe for several threads.
 */
public final class GraphBuilder {

  private final List<Op> ops = new ArrayList<>();
  private final List<KvCache> caches = new ArrayList<>();
  private int nextValue;

  /** An empty program. */
  public GraphBuilder() {}

  /** A builder for lowering: its values and caches continue those of a program. */
  GraphBuilder(int nextValue, List<KvCache> caches) {
    this.nextValue = nextValue;
    this.caches.addAll(caches);
  }

  /** A value to be written by an operation that the caller then {@linkplain #add(Op) adds}. */
  public Value newValue(int width, Value.Rows rows) {
    return new Value(nextValue++, width, rows);
  }

  /** A cache for one attention operation. */
  public KvCache newCache(int kvHeads, int headDim) {
    KvCache cache = new KvCache(caches.size(), kvHeads, headDim);
    caches.add(cache);
    return cache;
  }

  /** Appends an operation whose outputs were made by {@link #newValue}. */
  public void add(Op op) {
    ops.add(op);
  }

  /** See {@link Primitive.Embed}. */
  public Value embed(WeightTensor table) {
    Value output = newValue(table.columns(), Value.Rows.TOKENS);
    add(new Primitive.Embed(table, output));
    return output;
  }

  /** See {@link Primitive.RmsNorm}. */
  public Value rmsNorm(Value input, Optional<WeightTensor> weight, int group, float eps) {
    weight.ifPresent(w -> require(w, 1, input.width()));
    if (group < 1 || input.width() % group != 0) {
      throw new IllegalArgumentException("group " + group + " does not divide " + input.width());
    }
    Value output = newValue(input.width(), input.rows());
    add(new Primitive.RmsNorm(input, weight, group, eps, output));
    return output;
  }

  /** See {@link Primitive.Linear}. */
  public Value linear(Value input, WeightTensor weight, Optional<WeightTensor> bias) {
    Value output = projected(input, weight, bias);
    add(new Primitive.Linear(input, weight, bias, output));
    return output;
  }

  /** See {@link Primitive.Rope}. */
  public Value rope(Value input, RotaryEmbedding rotary) {
    if (input.width() % rotary.headDim() != 0) {
      throw new IllegalArgumentException(
          "heads of " + rotary.headDim() + " do not divide " + input.width());
    }
    Value output = newValue(input.width(), input.rows());
    add(new Primitive.Rope(input, rotary, output));
    return output;
  }

  /** See {@link Primitive.Attention}. */
  public Value attention(Value query, Value key, Value value, KvCache cache, AttentionShape shape) {
    Value output = attended(query, key, value, cache, shape);
    add(new Primitive.Attention(query, key, value, cache, shape, output));
    return output;
  }

  /** See {@link Primitive.Activate}. */
  public Value activate(Value input, Activation activation) {
    Value output = newValue(input.width(), input.rows());
    add(new Primitive.Activate(input, activation, output));
    return output;
  }

  /** See {@link Primitive.Multiply}. */
  public Value multiply(Value left, Value right) {
    Value output = paired(left, right);
    add(new Primitive.Multiply(left, right, output));
    return output;
  }

  /** See {@link Primitive.Add}. */
  public Value add(Value left, Value right) {
    Value output = paired(left, right);
    add(new Primitive.Add(left, right, output));
    return output;
  }

  /** See {@link Primitive.SelectWanted}. */
  public Value selectWanted(Value input) {
    if (input.rows() == Value.Rows.WANTED) {
      throw new IllegalArgumentException("the wanted rows were selected before");
    }
    Value output = newValue(input.width(), Value.Rows.WANTED);
    add(new Primitive.SelectWanted(input, output));
    return output;
  }

  /** See {@link NormLinear}. */
  public List<Value> normLinear(
      Value input, WeightTensor norm, float eps, List<NormLinear.Projection> projections) {
    require(norm, 1, input.width());
    List<Value> outputs =
        projections.stream().map(p -> projected(input, p.weight(), p.bias())).toList();
    add(new NormLinear(input, norm, eps, projections, outputs));
    return outputs;
  }

  /** See {@link NormGatedLinear}. */
  public Value normGatedLinear(
      Value input,
      WeightTensor norm,
      float eps,
      WeightTensor gate,
      WeightTensor up,
      Activation activation) {
    require(norm, 1, input.width());
    require(gate, up.rows(), up.columns());
    Value output = projected(input, up, Optional.empty());
    add(new NormGatedLinear(input, norm, eps, gate, up, activation, output));
    return output;
  }

  /** See {@link LinearAdd}. */
  public Value linearAdd(
      Value input, WeightTensor weight, Optional<WeightTensor> bias, Value residual) {
    Value output = projected(input, weight, bias);
    requireEqual(output, residual);
    add(new LinearAdd(input, weight, bias, residual, output));
    return output;
  }

  /** See {@link RotaryAttention}. */
  public Value rotaryAttention(
      Value query,
      Value key,
      Value value,
      Optional<RotaryEmbedding> rotary,
      OptionalDouble qkNormEps,
      KvCache cache,
      AttentionShape shape) {
    Value output = attended(query, key, value, cache, shape);
    add(new RotaryAttention(query, key, value, rotary, qkNormEps, cache, shape, output));
    return output;
  }

  /**
   * The program so far.
   *
   * @param logits what the device hands out: one row per wanted row, as wide as the vocabulary
   */
  public Program build(Value logits) {
    return new Program(ops, caches, logits);
  }

  /** What was recorded so far. */
  public List<Op> ops() {
    return List.copyOf(ops);
  }

  private Value projected(Value input, WeightTensor weight, Optional<WeightTensor> bias) {
    require(weight, weight.rows(), input.width());
    bias.ifPresent(b -> require(b, 1, weight.rows()));
    return newValue(weight.rows(), input.rows());
  }

  private Value attended(Value q, Value k, Value v, KvCache cache, AttentionShape shape) {
    if (q.width() != shape.queryWidth()
        || k.width() != shape.kvWidth()
        || v.width() != shape.kvWidth()
        || cache.kvHeads() != shape.kvHeads()
        || cache.headDim() != shape.headDim()) {
      throw new IllegalArgumentException("attention %s over %s, %s, %s".formatted(shape, q, k, v));
    }
    return newValue(q.width(), q.rows());
  }

  private Value paired(Value left, Value right) {
    requireEqual(left, right);
    return newValue(left.width(), left.rows());
  }

  private static void requireEqual(Value left, Value right) {
    if (left.width() != right.width() || left.rows() != right.rows()) {
      throw new IllegalArgumentException(left + " and " + right + " have different shapes");
    }
  }

  private static void require(WeightTensor weight, int rows, int columns) {
    if (weight.rows() != rows || weight.columns() != columns) {
      throw new IllegalArgumentException(
          "%s is %d x %d where %d x %d is wanted"
              .formatted(weight.name(), weight.rows(), weight.columns(), rows, columns));
    }
  }
}
