package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/** One batch on its way through the program: every value is an array of rows of its own. */
final class ForwardPass {

  private final List<Row> batch;
  private final double[][][] values;

  private ForwardPass(List<Row> batch, int valueCount) {
    this.batch = batch;
    this.values = new double[valueCount][][];
  }

  /** The logits of the wanted rows. */
  static double[][] run(Program program, List<Row> batch) {
    ForwardPass pass = new ForwardPass(batch, program.valueCount());
    for (Op op : program.ops()) {
      Primitive primitive = (Primitive) op;
      pass.values[primitive.output().id()] = pass.compute(primitive);
    }
    return pass.of(program.logits());
  }

  private double[][] compute(Primitive primitive) {
    return switch (primitive) {
      case Primitive.Embed embed -> Matrix.lookUp(embed.table(), batch);
      case Primitive.RmsNorm norm -> rmsNorm(norm);
      case Primitive.Linear linear ->
          Matrix.times(of(linear.input()), linear.weight(), linear.bias());
      case Primitive.Rope rope -> rope(rope);
      case Primitive.Attention attention -> attention(attention);
      case Primitive.Activate activate ->
          Arrays.stream(of(activate.input()))
              .map(row -> Arrays.stream(row).map(activate.activation()::apply).toArray())
              .toArray(double[][]::new);
      case Primitive.Multiply multiply ->
          combine(of(multiply.left()), of(multiply.right()), (a, b) -> a * b);
      case Primitive.Add add -> combine(of(add.left()), of(add.right()), Double::sum);
      case Primitive.SelectWanted select -> selectWanted(of(select.input()));
      case Primitive.Same same -> of(same.input());
    };
  }

  private double[][] of(Value value) {
    return values[value.id()];
  }

  private double[][] rmsNorm(Primitive.RmsNorm norm) {
    double[] ones = new double[norm.input().width()];
    Arrays.fill(ones, 1);
    double[] weight = norm.weight().map(w -> Matrix.row(w, 0)).orElse(ones);
    return Arrays.stream(of(norm.input()))
        .map(row -> RootMeanSquare.norm(row, weight, norm.group(), norm.eps()))
        .toArray(double[][]::new);
  }

  private double[][] rope(Primitive.Rope rope) {
    double[][] input = of(rope.input());
    List<Row> rows = rope.input().rows() == Value.Rows.TOKENS ? batch : wanted();
    double[][] output = new double[input.length][];
    for (int t = 0; t < input.length; t++) {
      output[t] = Rotation.rotate(input[t], rows.get(t).position(), rope.rotary());
    }
    return output;
  }

  /** A token is remembered before it attends: it sees itself, and those before it in the batch. */
  private double[][] attention(Primitive.Attention attention) {
    double[][] output = new double[batch.size()][];
    for (int t = 0; t < output.length; t++) {
      Row row = batch.get(t);
      Memory memory = row.sequence().memory(attention.cache());
      memory.put(row.position(), of(attention.key())[t], of(attention.value())[t]);
      output[t] =
          SoftmaxAttention.attend(
              of(attention.query())[t], row.position(), memory, attention.shape());
    }
    return output;
  }

  private static double[][] combine(
      double[][] left, double[][] right, DoubleBinaryOperator operator) {
    double[][] output = new double[left.length][];
    for (int t = 0; t < left.length; t++) {
      output[t] = new double[left[t].length];
      for (int i = 0; i < output[t].length; i++) {
        output[t][i] = operator.applyAsDouble(left[t][i], right[t][i]);
      }
    }
    return output;
  }

  private double[][] selectWanted(double[][] input) {
    return IntStream.range(0, input.length)
        .filter(t -> batch.get(t).wanted())
        .mapToObj(t -> input[t])
        .toArray(double[][]::new);
  }

  private List<Row> wanted() {
    return batch.stream().filter(Row::wanted).toList();
  }
}
