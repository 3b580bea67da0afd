package dev.mobilellm.benchmarks.kernels;

import dev.mobilellm.runtime.bench.ModelShape;
import dev.mobilellm.runtime.bench.RandomWeights;
import dev.mobilellm.runtime.bench.WeightFormat;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.KvCache;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Attention of all heads of one layer, its softmax included, behind so many positions. The cache of
 * one layer may fit into the machine's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AttentionBenchmark {

  private static final int HEAD_DIM = 64;

  /** Sizes of a published model. */
  @Param({"950M"})
  public String shape;

  /** As {@code --kv-cache} names them. */
  @Param({"f32", "q16", "q8"})
  public String cache;

  /** Positions in the cache. */
  @Param({"128", "4096", "32000"})
  public int depth;

  /** Queries. */
  @Param({"1", "128"})
  public int tokens;

  /** CPU threads, 0: all cores. */
  @Param({"0"})
  public int threads;

  private RandomWeights weights;
  private OneOperation operation;

  /** Called by JMH. */
  public AttentionBenchmark() {}

  /** Fills a cache. */
  @Setup(Level.Trial)
  public void open() {
    // The rows of matrices of the right widths are as good as any queries, keys and values.
    weights =
        RandomWeights.make(
            LinearBenchmark.small(shape, 1), WeightFormat.named("f32"), LoadProgress.NONE);
    AttentionShape attention = attention(shape);
    GraphBuilder graph = new GraphBuilder();
    Value query = graph.embed(table(attention.queryWidth()));
    Value key = graph.embed(table(attention.kvWidth()));
    Value value = graph.embed(table(attention.kvWidth()));
    KvCache kept = graph.newCache(attention.kvHeads(), HEAD_DIM);
    Value output = graph.selectWanted(graph.attention(query, key, value, kept, attention));
    operation =
        new OneOperation(graph.build(output), tokens, depth, threads, Map.of("kv-cache", cache));
  }

  /** Attends. */
  @Benchmark
  public BatchResult attend() {
    return operation.run();
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void close() {
    operation.close();
    weights.close();
  }

  static Work work(String shape, String cache, int depth, int tokens) {
    AttentionShape attention = attention(shape);
    ComputeDeviceProvider provider = OneOperation.provider();
    long bytes =
        provider
            .cacheMemory(
                provider.devices().devices().getFirst(),
                new DeviceOptions(0, tokens, Map.of("kv-cache", cache), List.of()),
                List.of(new KvCache(0, attention.kvHeads(), HEAD_DIM)),
                depth)
            .orElseThrow()
            .bytes();
    return new Work(bytes, 4.0 * attention.queryWidth() * tokens * (depth + (tokens + 1) / 2.0));
  }

  private WeightTensor table(int columns) {
    WeightTensor matrix = weights.find("model.embed_tokens.weight").orElseThrow();
    return new WeightTensor(
        matrix.name(),
        LinearBenchmark.VOCABULARY,
        columns,
        matrix.encoding(),
        List.of(
            matrix
                .parts()
                .getFirst()
                .asSlice(0, (long) LinearBenchmark.VOCABULARY * columns * Float.BYTES)));
  }

  private static AttentionShape attention(String shape) {
    ModelShape model = ModelShape.named(shape);
    return new AttentionShape(
        model.heads(),
        model.kvHeads(),
        HEAD_DIM,
        (float) (1 / Math.sqrt(HEAD_DIM)),
        0,
        Optional.empty());
  }
}
