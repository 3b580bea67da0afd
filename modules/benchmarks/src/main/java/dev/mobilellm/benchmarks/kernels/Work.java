package dev.mobilellm.benchmarks.kernels;

import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What one operation moves and computes.
 *
 * @param bytes that it reads at least: weights, or keys and values
 * @param flops each multiply-add counted as two
 */
record Work(double bytes, double flops) {

  /** The work of a benchmark with its parameters. */
  static Work of(BenchmarkParams params) {
    String benchmark = params.getBenchmark();
    if (benchmark.contains(LinearBenchmark.class.getSimpleName())) {
      return LinearBenchmark.work(
          params.getParam("shape"),
          params.getParam("encoding"),
          Integer.parseInt(params.getParam("tokens")));
    }
    if (benchmark.contains(AttentionBenchmark.class.getSimpleName())) {
      return AttentionBenchmark.work(
          params.getParam("shape"),
          params.getParam("cache"),
          Integer.parseInt(params.getParam("depth")),
          Integer.parseInt(params.getParam("tokens")));
    }
    return NormBenchmark.work(
        params.getParam("shape"), Integer.parseInt(params.getParam("tokens")));
  }
}
