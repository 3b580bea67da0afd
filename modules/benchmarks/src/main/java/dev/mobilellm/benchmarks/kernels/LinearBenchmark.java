package dev.mobilellm.benchmarks.kernels;

import dev.mobilellm.runtime.bench.ModelShape;
import dev.mobilellm.runtime.bench.RandomWeights;
import dev.mobilellm.runtime.bench.WeightFormat;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;
import java.util.Map;
import java.util.Optional;
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

/**
 * A model's gate matrix times one row (decoding), a few (a batch) or many (prefill). Different
 * matrices of the same shape take turns, so that they come from memory and not from a cache.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LinearBenchmark {

  /** Entries of the embedding that inputs are looked up in. */
  static final int VOCABULARY = 512;

  private static final int MATRICES = 16;

  /** Sizes of a published model. */
  @Param({"950M"})
  public String shape;

  /** As {@code mobilellm bench} names them. */
  @Param({"f32", "f16", "bf16", "q8-g64", "q4-g64"})
  public String encoding;

  /** Rows of the input. */
  @Param({"1", "4", "512"})
  public int tokens;

  /** CPU threads, 0: all cores. */
  @Param({"0"})
  public int threads;

  /** Whether activations stay floats. */
  @Param({"false"})
  public boolean exact;

  private RandomWeights weights;
  private OneOperation operation;

  /** Called by JMH. */
  public LinearBenchmark() {}

  /** Makes weights and compiles. */
  @Setup(Level.Trial)
  public void open() {
    weights =
        RandomWeights.make(small(shape, MATRICES), WeightFormat.named(encoding), LoadProgress.NONE);
    GraphBuilder graph = new GraphBuilder();
    Value input =
        graph.selectWanted(graph.embed(weights.find("model.embed_tokens.weight").orElseThrow()));
    Value output = input;
    for (int i = 0; i < MATRICES; i++) {
      String name = "model.layers." + i + ".feed_forward.gate_proj.weight";
      output = graph.linear(input, weights.find(name).orElseThrow(), Optional.empty());
    }
    operation =
        new OneOperation(
            graph.build(output), tokens, 0, threads, Map.of("exact", String.valueOf(exact)));
  }

  /** Multiplies. */
  @Benchmark
  @OperationsPerInvocation(MATRICES)
  public BatchResult multiply() {
    return operation.run();
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void close() {
    operation.close();
    weights.close();
  }

  static Work work(String shape, String encoding, int tokens) {
    ModelShape model = ModelShape.named(shape);
    long bytes =
        WeightFormat.named(encoding).layers().partSizes(model.mlp(), model.hidden()).stream()
            .mapToLong(Long::longValue)
            .sum();
    return new Work(bytes, 2.0 * model.mlp() * model.hidden() * tokens);
  }

  /** The same model with fewer layers and a small vocabulary. */
  static ModelShape small(String shape, int layers) {
    ModelShape model = ModelShape.named(shape);
    return new ModelShape(
        layers, model.heads(), model.kvHeads(), model.hidden(), model.mlp(), VOCABULARY);
  }
}
