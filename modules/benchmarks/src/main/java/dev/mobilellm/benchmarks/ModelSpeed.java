package dev.mobilellm.benchmarks;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Measures prefill and decode of a checkpoint against what the machine can do: decode in bytes of
 * weights per second against a plain read, prefill in multiply-adds against those in registers.
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
    int threads = numbers[0] == 0 ? Runtime.getRuntime().availableProcessors() : numbers[0];
    long start = System.nanoTime();
    try (LanguageModel model =
        LanguageModel.load(
            Path.of(args[0]),
            LoadOptions.DEFAULT.withThreads(threads).withMaxBatchTokens(512),
            PluginRegistry.builtIn(),
            LoadListener.NONE)) {
      double load = (System.nanoTime() - start) / 1e9;
      MachineLimits limits = MachineLimits.measure(threads, largest(model));
      System.out.printf(
          "load %.3f s; limits, %d threads: read %.1f GB/s, float multiply-add %.0f GFLOP/s%n",
          load, threads, limits.readBytesPerSecond() / 1e9, limits.flopsPerSecond() / 1e9);
      for (int round = 0; round < numbers[3]; round++) {
        measure(model, limits, numbers);
      }
    }
  }

  private static void measure(LanguageModel model, MachineLimits limits, int[] numbers) {
    CompiledProgram program = model.compiled();
    int vocabulary = model.program().vocabularySize();
    int[] prompt = new Random(1).ints(numbers[1], 0, vocabulary).toArray();
    List<Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < numbers[4]; i++) {
      sequences.add(program.openSequence(numbers[1] + numbers[2] + 1));
    }
    long start = System.nanoTime();
    for (int from = 0; from < prompt.length; from += model.maxBatchTokens()) {
      int to = Math.min(prompt.length, from + model.maxBatchTokens());
      Wanted wanted = to == prompt.length ? Wanted.LAST : Wanted.NONE;
      int[] chunk = Arrays.copyOfRange(prompt, from, to);
      program.forward(Batch.of(sequences.getFirst(), chunk, wanted));
    }
    double prefill = (System.nanoTime() - start) / 1e9;
    for (Sequence sequence : sequences.subList(1, sequences.size())) {
      program.forward(Batch.of(sequence, Arrays.copyOf(prompt, 16), Wanted.NONE));
    }
    double[] steps = new double[numbers[2]];
    int token = prompt[0];
    for (int i = 0; i < steps.length; i++) {
      start = System.nanoTime();
      int[] next = {token};
      List<Entry> entries = sequences.stream().map(s -> new Entry(s, next, Wanted.LAST)).toList();
      token = program.forward(new Batch(entries, Output.ARGMAX)).argmax(0);
      steps[i] = (System.nanoTime() - start) / 1e9;
    }
    sequences.forEach(Sequence::close);
    Arrays.sort(steps);
    double median = steps[steps.length / 2];
    double flops = 2.0 * promptWeights(model) * prompt.length;
    System.out.printf(
        "prefill %d: %.1f tokens/s, %.0f GFLOP/s (%.0f%%); decode: %.1f tokens/s, %.1f GB/s"
            + " (%.0f%%; best step %.0f%%)%n",
        prompt.length,
        prompt.length / prefill,
        flops / prefill / 1e9,
        100 * flops / prefill / limits.flopsPerSecond(),
        sequences.size() / median,
        weightBytes(model) / median / 1e9,
        100 * weightBytes(model) / median / limits.readBytesPerSecond(),
        100 * weightBytes(model) / steps[0] / limits.readBytesPerSecond());
  }

  /** The memory of the largest matrix. */
  private static MemorySegment largest(LanguageModel model) {
    return matrices(model).stream()
        .map(weight -> weight.parts().getFirst())
        .max(Comparator.comparingLong(MemorySegment::byteSize))
        .orElseThrow();
  }

  /** Weights that each token of a prompt is multiplied with: all but those of the head. */
  private static long promptWeights(LanguageModel model) {
    List<WeightTensor> weights = matrices(model);
    return weights.subList(0, weights.size() - 1).stream().mapToLong(WeightTensor::size).sum();
  }

  private static long weightBytes(LanguageModel model) {
    return matrices(model).stream().mapToLong(WeightTensor::byteSize).sum();
  }

  /** In the order of the program, the head last; looking up an embedding reads next to nothing. */
  private static List<WeightTensor> matrices(LanguageModel model) {
    List<WeightTensor> weights = new ArrayList<>();
    for (Op op : model.program().ops()) {
      if (!(op instanceof Primitive.Embed)) {
        weights.addAll(op.weights());
      }
    }
    weights.removeIf(weight -> weight.rows() == 1);
    return Collections.unmodifiableList(weights);
  }
}
