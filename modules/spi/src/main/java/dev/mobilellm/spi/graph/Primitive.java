package dev.mobilellm.spi.graph;

import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The operations that every device knows. Values are float32 matrices with one row per token;
 * accumulation is in float32 or better.
 */
public sealed interface Primitive extends Op {

  /** What is written. */
  Value output();

  @Override
  default List<Value> outputs() {
    return List.of(output());
  }

  @Override
  default List<WeightTensor> weights() {
    return List.of();
  }

  /** {@code output[t] = table[token of t]}: the only operation that reads token ids. */
  record Embed(WeightTensor table, Value output) implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of();
    }

    @Override
    public List<WeightTensor> weights() {
      return List.of(table);
    }
  }

  /**
   * {@code output = input / sqrt(mean(input^2) + eps) * weight}, the mean over groups of {@code
   * group} columns.
   *
   * @param weight one row of {@code input.width()} columns, or empty for none
   * @param group columns normalised together: the width, or headDim for a norm per head
   */
  record RmsNorm(Value input, Optional<WeightTensor> weight, int group, float eps, Value output)
      implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }

    @Override
    public List<WeightTensor> weights() {
      return weight.stream().toList();
    }
  }

  /**
   * {@code output = input * weight^T + bias}.
   *
   * @param weight {@code output.width()} rows of {@code input.width()} columns
   * @param bias one row of {@code output.width()} columns, or empty for none
   */
  record Linear(Value input, WeightTensor weight, Optional<WeightTensor> bias, Value output)
      implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }

    @Override
    public List<WeightTensor> weights() {
      return Stream.concat(Stream.of(weight), bias.stream()).toList();
    }
  }

  /** Rotates every head of every row by the position of the row's token. */
  record Rope(Value input, RotaryEmbedding rotary, Value output) implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Appends the keys and values of the batch to the cache, then attends: {@code output =
   * softmax(scale * query * keys^T) * values} over the visible positions of the row's own sequence.
   *
   * @param query {@code shape.queryWidth()} wide, as the output
   * @param key {@code shape.kvWidth()} wide
   * @param value {@code shape.kvWidth()} wide
   */
  record Attention(
      Value query, Value key, Value value, KvCache cache, AttentionShape shape, Value output)
      implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of(query, key, value);
    }
  }

  /** Element-wise activation. */
  record Activate(Value input, Activation activation, Value output) implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /** Element-wise product. */
  record Multiply(Value left, Value right, Value output) implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of(left, right);
    }
  }

  /** Element-wise sum. */
  record Add(Value left, Value right, Value output) implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of(left, right);
    }
  }

  /** Keeps the rows of which logits are wanted: from one row per token to one per wanted row. */
  record SelectWanted(Value input, Value output) implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Another name of a value: nothing is computed, and {@link BufferPlan} gives both the same slot.
   */
  record Same(Value input, Value output) implements Primitive {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }
}
