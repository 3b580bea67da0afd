package dev.mobilellm.benchmarks;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.bench.BenchPlan;
import dev.mobilellm.runtime.bench.BenchReport;
import dev.mobilellm.runtime.bench.Benchmark;
import dev.mobilellm.runtime.bench.Measurement;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.LoadProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Measures prefill and decode of a checkpoint against what the machine can do: decode in bytes per
 * second against a plain read, prefill in multiply-adds against those in registers. The command
 * {@code mobilellm bench} in short, without the application.
 *
 * <p>Arguments: DIR, THREADS (0: all cores), PREFILL tokens, DECODE tokens, REPEAT, SEQUENCES.
 */
public final class ModelSpeed {

  private static final int[] DEFAULTS = {0, 512, 32, 5, 1};

  private ModelSpeed() {}

  /**
   * Runs the tool.
   *
   * @param args the folder, and numbers as the class says
   * @throws ModelException if the folder is missing
   */
  public static void main(String[] args) {
    if (args.length == 0) {
      throw new ModelException(
          "Wanted are DIR, and perhaps THREADS PREFILL DECODE REPEAT SEQUENCES.");
    }
    int[] numbers = DEFAULTS.clone();
    for (int i = 1; i < args.length; i++) {
      numbers[i - 1] = Integer.parseInt(args[i]);
    }
    BenchPlan plan =
        new BenchPlan(numbers[1], numbers[2], List.of(0), List.of(numbers[4]), numbers[3]);
    try (LanguageModel model =
        LanguageModel.load(
            Path.of(args[0]),
            LoadOptions.DEFAULT.withThreads(numbers[0]),
            PluginRegistry.builtIn(),
            LoadListener.NONE)) {
      BenchReport report = Benchmark.run(model, plan, false, LoadProgress.NONE);
      DeviceLimits limits =
          report
              .limits()
              .orElseThrow(() -> new ModelException("The device cannot measure its limits."));
      System.out.printf(
          Locale.ROOT,
          "limits: read %.1f GB/s, float multiply-add %.0f GFLOP/s%n",
          limits.readBytesPerSecond() / 1e9,
          limits.flopsPerSecond() / 1e9);
      report.measurements().forEach(ModelSpeed::print);
    }
  }

  private static void print(Measurement measurement) {
    double bytes = measurement.bytesPerSecond().median();
    double flops = measurement.flopsPerSecond().median();
    System.out.printf(
        Locale.ROOT,
        "%s %d: %.1f tokens/s, %.1f GB/s (%.0f%%), %.0f GFLOP/s (%.0f%%)%n",
        measurement.phase(),
        measurement.tokens(),
        measurement.tokensPerSecond().median(),
        bytes / 1e9,
        100 * measurement.shareOfRead().orElseThrow(),
        flops / 1e9,
        100 * measurement.shareOfPeak().orElseThrow());
  }
}
