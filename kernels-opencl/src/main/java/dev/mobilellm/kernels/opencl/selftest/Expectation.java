package dev.mobilellm.kernels.opencl.selftest;

import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a program should give for the tokens of a new sequence, all rows wanted: plain loops in
 * double over its lowering to primitives. The rows of all values are there at once, so a cache is
 * not needed.
 */
final class Expectation {

  private final int[] tokens;
  private final Map<Integer, double[][]> values = new HashMap<>();

  private Expectation(int[] tokens) {
    this.tokens = tokens;
  }

  /** The logits of each token. */
  static double[][] of(Program program, int[] tokens) {
    Expectation expectation = new Expectation(tokens);
    Program primitives = program.lower(composite -> false);
    for (Op op : primitives.ops()) {
      Primitive primitive = (Primitive) op;
      expectation.values.put(primitive.output().id(), expectation.rows(primitive));
    }
    return expectation.values.get(primitives.logits().id());
  }

  private double[][] rows(Primitive primitive) {
    return switch (primitive) {
      case Primitive.Embed op -> embed(op.table());
      case Primitive.RmsNorm op -> norm(op);
      case Primitive.Linear op -> linear(rows(op.input()), op.weight(), op.bias());
      case Primitive.Rope op -> rope(rows(op.input()), op.rotary());
      case Primitive.Attention op ->
          attention(rows(op.query()), rows(op.key()), rows(op.value()), op.shape());
      case Primitive.Activate op ->
          each(op.output(), (row, i) -> op.activation().apply(rows(op.input())[row][i]));
      case Primitive.Multiply op ->
          each(op.output(), (row, i) -> rows(op.left())[row][i] * rows(op.right())[row][i]);
      case Primitive.Add op ->
          each(op.output(), (row, i) -> rows(op.left())[row][i] + rows(op.right())[row][i]);
      case Primitive.SelectWanted op -> rows(op.input());
      case Primitive.Same op -> rows(op.input());
    };
  }

  private double[][] rows(Value value) {
    return values.get(value.id());
  }

  private interface Element {
    double at(int row, int column);
  }

  private double[][] each(Value value, Element element) {
    double[][] result = new double[tokens.length][value.width()];
    for (int row = 0; row < tokens.length; row++) {
      for (int i = 0; i < value.width(); i++) {
        result[row][i] = element.at(row, i);
      }
    }
    return result;
  }

  private double[][] embed(WeightTensor table) {
    float[][] rows = decode(table);
    double[][] result = new double[tokens.length][table.columns()];
    for (int row = 0; row < tokens.length; row++) {
      for (int i = 0; i < table.columns(); i++) {
        result[row][i] = rows[tokens[row]][i];
      }
    }
    return result;
  }

  private double[][] norm(Primitive.RmsNorm op) {
    float[] weight = op.weight().map(tensor -> decode(tensor)[0]).orElse(null);
    double[][] input = rows(op.input());
    return each(
        op.output(),
        (row, i) -> {
          double square = 0;
          int first = i - i % op.group();
          for (int j = first; j < first + op.group(); j++) {
            square += input[row][j] * input[row][j];
          }
          double normed = input[row][i] / Math.sqrt(square / op.group() + op.eps());
          return weight == null ? normed : normed * weight[i];
        });
  }

  private double[][] linear(double[][] input, WeightTensor weight, Optional<WeightTensor> bias) {
    float[][] matrix = decode(weight);
    float[] added = bias.map(tensor -> decode(tensor)[0]).orElse(new float[weight.rows()]);
    double[][] result = new double[input.length][weight.rows()];
    for (int row = 0; row < input.length; row++) {
      for (int out = 0; out < weight.rows(); out++) {
        double sum = added[out];
        for (int i = 0; i < weight.columns(); i++) {
          sum += input[row][i] * matrix[out][i];
        }
        result[row][out] = sum;
      }
    }
    return result;
  }

  private static double[][] rope(double[][] input, RotaryEmbedding rotary) {
    double[][] result = new double[input.length][input[0].length];
    for (int row = 0; row < input.length; row++) {
      for (int i = 0; i < input[row].length; i += 2) {
        double angle = rotary.angle(row, i % rotary.headDim() / 2);
        double even = input[row][i];
        double odd = input[row][i + 1];
        result[row][i] = even * Math.cos(angle) - odd * Math.sin(angle);
        result[row][i + 1] = even * Math.sin(angle) + odd * Math.cos(angle);
      }
    }
    return result;
  }

  private static double[][] attention(
      double[][] query, double[][] key, double[][] value, AttentionShape shape) {
    double[][] result = new double[query.length][shape.queryWidth()];
    int dim = shape.headDim();
    for (int row = 0; row < query.length; row++) {
      double tempered = shape.temper().isPresent() ? shape.temper().get().factor(row) : 1;
      for (int head = 0; head < shape.heads(); head++) {
        int kv = head / (shape.heads() / shape.kvHeads()) * dim;
        double total = 0;
        for (int seen = shape.firstVisible(row); seen <= row; seen++) {
          double score = 0;
          for (int i = 0; i < dim; i++) {
            score += query[row][head * dim + i] * key[seen][kv + i];
          }
          // Scores of random data are small: nothing overflows.
          double weight = Math.exp(score * shape.scale() * tempered);
          total += weight;
          for (int i = 0; i < dim; i++) {
            result[row][head * dim + i] += weight * value[seen][kv + i];
          }
        }
        for (int i = 0; i < dim; i++) {
          result[row][head * dim + i] /= total;
        }
      }
    }
    return result;
  }

  private static float[][] decode(WeightTensor tensor) {
    float[][] rows = new float[tensor.rows()][];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(4L * tensor.columns(), 4);
      for (int i = 0; i < rows.length; i++) {
        tensor.decodeRow(i, row);
        rows[i] = row.toArray(ValueLayout.JAVA_FLOAT);
      }
    }
    return rows;
  }
}
