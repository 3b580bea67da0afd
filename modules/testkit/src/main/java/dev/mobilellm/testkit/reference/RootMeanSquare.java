package dev.mobilellm.testkit.reference;

/** RMSNorm (Zhang and Sennrich 2019) over groups of columns. */
final class RootMeanSquare {

  private RootMeanSquare() {}

  /**
   * {@code input / sqrt(mean(input^2) + eps) * weight}.
   *
   * @param weight one per column
   * @param group columns that share a mean
   */
  static double[] norm(double[] input, double[] weight, int group, double eps) {
    double[] output = new double[input.length];
    for (int start = 0; start < input.length; start += group) {
      double squares = 0;
      for (int i = start; i < start + group; i++) {
        squares += input[i] * input[i];
      }
      double root = Math.sqrt(squares / group + eps);
      for (int i = start; i < start + group; i++) {
        output[i] = input[i] / root * weight[i];
      }
    }
    return output;
  }
}
