package dev.mobilellm.runtime.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.bench.Measurement.Phase;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.LoadProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is measured and counted; how fast it is, is no matter of a test. */
class BenchmarkTest {

  private static final ModelShape TINY = new ModelShape(2, 2, 1, 64, 96, 500);

  /** Without the embedding, which is the head. */
  private static final long LAYER_WEIGHTS =
      2L * (2 * 64 * 128 + 2 * 64 * 64 + 3 * 64 * 96); // q and o, k and v, gate, up and down

  private static final long NORM_WEIGHTS = 5 * 64;
  private static final long HEAD_WEIGHTS = 500 * 64;

  @Test
  void measuresEachDepthAndBatch() {
    List<Long> done = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    BenchPlan plan = new BenchPlan(5, 2, List.of(7, 0), List.of(1, 3), 2);
    try (LanguageModel model = tiny("f32", 4)) {
      BenchReport report =
          Benchmark.run(
              model,
              plan,
              true,
              (stage, so, total) -> {
                done.add(so);
                totals.add(total);
              });
      assertEquals(
          List.of(
              "PREFILL 0 1", "DECODE 0 1", "DECODE 0 3", "PREFILL 7 1", "DECODE 7 1", "DECODE 7 3"),
          report.measurements().stream()
              .map(m -> "%s %d %d".formatted(m.phase(), m.depth(), m.batch()))
              .toList());
      for (Measurement measurement : report.measurements()) {
        assertEquals(2, measurement.rounds().size());
        Spread rate = measurement.tokensPerSecond();
        assertTrue(rate.min() > 0 && rate.min() <= rate.median() && rate.median() <= rate.max());
      }
      assertTrue(report.firstTokenSeconds() > 0);
      assertTrue(report.warmUpSeconds() > report.firstTokenSeconds());
      assertEquals(Optional.empty(), report.limits(), "the reference device cannot tell");
      assertEquals(List.of(), report.operations(), "the reference device cannot tell");
      assertEquals(Optional.empty(), report.traffic(), "the reference device is the host");
      assertEquals(totals.getLast(), done.getLast(), "progress ends at all");
      assertEquals(1, totals.stream().distinct().count());
    }
  }

  @Test
  void countsWhatMustBeReadAndComputed() {
    BenchPlan plan = new BenchPlan(5, 2, List.of(7), List.of(3), 1);
    try (LanguageModel model = tiny("f32", 4)) {
      List<Measurement> measurements =
          Benchmark.run(model, plan, false, LoadProgress.NONE).measurements();
      long position = model.compiled().cacheBytesPerPosition();

      // Four tokens that want nothing, then the fifth.
      Measurement prefill = measurements.getFirst();
      assertEquals(Phase.PREFILL, prefill.phase());
      assertEquals(
          4 * (2 * (LAYER_WEIGHTS + 4 * 64) + NORM_WEIGHTS - 4 * 64 + HEAD_WEIGHTS),
          prefill.work().weightBytes());
      assertEquals(position * (11 + 12), prefill.work().cacheBytes());
      assertEquals(2 * (5 * LAYER_WEIGHTS + HEAD_WEIGHTS), prefill.work().flops());

      Measurement decode = measurements.getLast();
      assertEquals(
          2 * 4 * (LAYER_WEIGHTS + NORM_WEIGHTS + HEAD_WEIGHTS), decode.work().weightBytes());
      assertEquals(3 * position * (8 + 9), decode.work().cacheBytes());
      assertEquals(2 * 3 * 2 * (LAYER_WEIGHTS + HEAD_WEIGHTS), decode.work().flops());
      assertEquals(decode.work().weightBytes() / 6.0, decode.weightBytesPerToken());
    }
  }

  @Test
  void onePhaseAlone() {
    try (LanguageModel model = tiny("q4-g64", 16)) {
      BenchPlan prefill = new BenchPlan(3, 0, List.of(0), List.of(1), 1);
      BenchPlan decode = new BenchPlan(0, 3, List.of(2), List.of(2), 1);
      assertEquals(
          List.of(Phase.PREFILL),
          Benchmark.run(model, prefill, false, LoadProgress.NONE).measurements().stream()
              .map(Measurement::phase)
              .toList());
      assertEquals(
          List.of(Phase.DECODE),
          Benchmark.run(model, decode, false, LoadProgress.NONE).measurements().stream()
              .map(Measurement::phase)
              .toList());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -1 | 1  | 0     | 1   | 1 | prefill must be at least 0, found -1.
          1  | -1 | 0     | 1   | 1 | decode must be at least 0, found -1.
          0  | 0  | 0     | 1   | 1 | There is nothing to measure
          1  | 1  | -2    | 1   | 1 | depth must be at least 0, found -2.
          1  | 1  | 0     | 0   | 1 | batch must be at least 1, found 0.
          1  | 1  | 0     | 1   | 0 | repeat must be at least 1, found 0.
          8  | 1  | 32761 | 1   | 1 | A depth of 32761 and 8 tokens behind it are more than the context of 32768
          1  | 1  | 0     | 513 | 1 | A batch of 513 sequences is more than the 512 tokens
          """)
  void aPlanThatMakesNoSense(
      int prefill, int decode, int depth, int batch, int repeat, String sentence) {
    String message =
        assertThrows(
                UsageException.class,
                () ->
                    new BenchPlan(prefill, decode, List.of(depth), List.of(batch), repeat)
                        .requireFits(32_768, 512))
            .getMessage();
    assertTrue(message.startsWith(sentence), message);
  }

  private static LanguageModel tiny(String format, int maxBatchTokens) {
    return LanguageModel.load(
        TINY.files(),
        RandomWeights.make(TINY, WeightFormat.named(format), LoadProgress.NONE),
        LoadOptions.DEFAULT.withDevice("reference").withMaxBatchTokens(maxBatchTokens),
        PluginRegistry.builtIn(),
        LoadListener.NONE);
  }
}
