package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.graph.AttentionShape;

/** One query against everything that it sees. */
final class SoftmaxAttention {

  private SoftmaxAttention() {}

  /**
   * @param query all heads of one token
   * @param memory holds every position up to the token's own
   */
  static double[] attend(double[] query, int position, Memory memory, AttentionShape shape) {
    double temper = shape.temper().map(t -> (double) t.factor(position)).orElse(1.0);
    int first = shape.firstVisible(position);
    double[] output = new double[query.length];
    for (int head = 0; head < shape.heads(); head++) {
      int queryStart = head * shape.headDim();
      int kvStart = head / (shape.heads() / shape.kvHeads()) * shape.headDim();
      double[] scores = new double[position - first + 1];
      for (int j = first; j <= position; j++) {
        double[] key = memory.key(j);
        double score = 0;
        for (int d = 0; d < shape.headDim(); d++) {
          score += temper * query[queryStart + d] * key[kvStart + d];
        }
        scores[j - first] = score * shape.scale();
      }
      double[] shares = softmax(scores);
      for (int j = first; j <= position; j++) {
        double[] value = memory.value(j);
        for (int d = 0; d < shape.headDim(); d++) {
          output[queryStart + d] += shares[j - first] * value[kvStart + d];
        }
      }
    }
    return output;
  }

  /** Less the largest score first: exp of a large one would overflow. */
  static double[] softmax(double[] scores) {
    double max = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      max = Math.max(max, score);
    }
    double[] shares = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      shares[i] = Math.exp(scores[i] - max);
      sum += shares[i];
    }
    for (int i = 0; i < shares.length; i++) {
      shares[i] /= sum;
    }
    return shares;
  }
}
