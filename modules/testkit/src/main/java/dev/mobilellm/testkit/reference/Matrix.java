package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** Weights, decoded one row at a time by their own encoding. */
final class Matrix {

  private Matrix() {}

  /** One row as doubles. */
  static double[] row(WeightTensor weight, int row) {
    float[] decoded = new float[weight.columns()];
    weight.decodeRow(row, MemorySegment.ofArray(decoded));
    double[] result = new double[decoded.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = decoded[i];
    }
    return result;
  }

  /** {@code inputs * weight^T + bias}. */
  static double[][] times(double[][] inputs, WeightTensor weight, Optional<WeightTensor> bias) {
    double[] added = bias.map(b -> row(b, 0)).orElseGet(() -> new double[weight.rows()]);
    double[][] outputs = new double[inputs.length][weight.rows()];
    for (int r = 0; r < weight.rows(); r++) {
      double[] weights = row(weight, r);
      for (int t = 0; t < inputs.length; t++) {
        outputs[t][r] = dot(inputs[t], weights) + added[r];
      }
    }
    return outputs;
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  /** The rows of a batch's tokens in a table. */
  static double[][] lookUp(WeightTensor table, List<Row> batch) {
    return batch.stream().map(token -> row(table, token.token())).toArray(double[][]::new);
  }
}
