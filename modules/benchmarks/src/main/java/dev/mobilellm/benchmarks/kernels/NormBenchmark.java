package dev.mobilellm.benchmarks.kernels;

import dev.mobilellm.runtime.bench.ModelShape;
import dev.mobilellm.runtime.bench.RandomWeights;
import dev.mobilellm.runtime.bench.WeightFormat;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** RMSNorm of rows of the residual stream: each reads what the last one wrote. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class NormBenchmark {

  private static final int NORMS = 16;

  /** Sizes of a published model. */
  @Param({"950M"})
  public String shape;

  /** Rows. */
  @Param({"1", "512"})
  public int tokens;

  /** CPU threads, 0: all cores. */
  @Param({"0"})
  public int threads;

  private RandomWeights weights;
  private OneOperation operation;

  /** Called by JMH. */
  public NormBenchmark() {}

  /** Makes weights and compiles. */
  @Setup(Level.Trial)
  public void open() {
    weights =
        RandomWeights.make(
            LinearBenchmark.small(shape, 1), WeightFormat.named("f32"), LoadProgress.NONE);
    GraphBuilder graph = new GraphBuilder();
    Value rows =
        graph.selectWanted(graph.embed(weights.find("model.embed_tokens.weight").orElseThrow()));
    for (int i = 0; i < NORMS; i++) {
      rows = graph.rmsNorm(rows, weights.find("model.norm.weight"), rows.width(), 1e-5f);
    }
    operation = new OneOperation(graph.build(rows), tokens, 0, threads, Map.of());
  }

  /** Normalises. */
  @Benchmark
  @OperationsPerInvocation(NORMS)
  public BatchResult normalize() {
    return operation.run();
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void close() {
    operation.close();
    weights.close();
  }

  /** Rows are read and written; a square, a sum and two products for each value. */
  static Work work(String shape, int tokens) {
    long values = (long) ModelShape.named(shape).hidden() * tokens;
    return new Work(2.0 * values * Float.BYTES, 4.0 * values);
  }
}
