package dev.mobilellm.benchmarks.kernels;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** JMH, with GB/s and GFLOP/s beside each time. Takes JMH's own options. */
public final class KernelSpeed {

  /** JMH's name for what {@code -prof gc} counts. */
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private KernelSpeed() {}

  /**
   * Runs the benchmarks that the arguments choose, all without any.
   *
   * @throws RunnerException if one cannot be run
   * @throws CommandLineOptionException if an option is none
   */
  public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
    CommandLineOptions options = new CommandLineOptions(arguments);
    if (options.shouldHelp()) {
      System.out.println("JMH's options: https://github.com/openjdk/jmh");
      return;
    }
    print(new Runner(options).run());
  }

  private static void print(Collection<RunResult> results) {
    System.out.println();
    for (RunResult result : results) {
      BenchmarkParams params = result.getParams();
      Work work = Work.of(params);
      double micros = result.getPrimaryResult().getScore();
      String name = params.getBenchmark().replaceFirst(".*\\.(\\w+)Benchmark\\..*", "$1");
      String chosen =
          params.getParamsKeys().stream()
              .map(key -> key + "=" + params.getParam(key))
              .collect(Collectors.joining(" "));
      System.out.printf(
          Locale.ROOT,
          "%-10s %-62s %10.1f us %8.1f GB/s %8.1f GFLOP/s%s%n",
          name,
          chosen,
          micros,
          work.bytes() / micros / 1e3,
          work.flops() / micros / 1e3,
          allocated(result));
    }
  }

  private static String allocated(RunResult result) {
    Result<?> found = result.getSecondaryResults().get(ALLOCATED);
    return found == null ? "" : String.format(Locale.ROOT, " %8.1f B/op", found.getScore());
  }
}
