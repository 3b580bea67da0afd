package dev.mobilellm.launcher.convert;

import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.device.DeviceSearch;
import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/**
 * Measures how much a model's output on a text changes when one matrix alone is quantized: the mean
 * KL divergence over the tokens. The model is assembled anew for each; the device stays open. For
 * one thread.
 */
final class Sensitivities implements AutoCloseable {

  /** Rows of logits that are asked for at once: 64 of a vocabulary of 128,256 are 33 MB. */
  private static final int ROWS = 64;

  private final SourceModel model;
  private final int[] tokens;
  private final Selector selector;
  private final ModelAssembly.Forced forced;
  private final ComputeDevice device;
  private final Arena arena = Arena.ofShared();
  private final OutputDistributions reference;

  /**
   * Opens the device and runs the model as it is.
   *
   * @param tokens the text
   * @param notes told about devices that were passed over
   * @throws ModelException if the model cannot run
   */
  Sensitivities(SourceModel model, int[] tokens, Consumer<String> notes) {
    this.model = model;
    this.tokens = tokens.clone();
    selector = new Selector(model.registry());
    LoadOptions options = model.options();
    forced = new ModelAssembly.Forced(options.attention(), options.mlp());
    DeviceOptions deviceOptions = options.deviceOptions(ROWS, model.registry());
    device =
        new DeviceSearch(model.registry(), deviceOptions, notes)
            .first(options.device(), choice -> choice.open(deviceOptions));
    try {
      reference = new OutputDistributions(tokens.length, model.config().vocabSize(), arena);
      run(
          model.weights(),
          (row, logits) -> {
            reference.set(row, logits);
            return 0;
          });
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * The mean divergence, in nats per token, when one matrix is quantized.
   *
   * @throws ModelException if the model cannot run, or its logits are no numbers
   */
  double of(WeightTensor matrix, AffineGroups encoding) {
    try (Arena replaced = Arena.ofShared()) {
      WeightTensor quantized = TensorConverter.quantize(matrix, encoding, replaced);
      double sum = run(new Replacement(model.weights(), quantized), reference::divergence);
      if (!Double.isFinite(sum)) {
        throw new ModelException(
            "The model's logits on the calibration text are not all finite, so that \"%s\" cannot be measured; use --quantize instead."
                .formatted(matrix.name()));
      }
      return Math.max(0, sum / tokens.length);
    }
  }

  @Override
  public void close() {
    device.close();
    arena.close();
  }

  /** Runs a model over the text and sums up what becomes of each row of logits. */
  private double run(WeightSource source, ToDoubleBiFunction<Integer, MemorySegment> each) {
    TensorLedger ledger = new TensorLedger(source, true);
    ModelAssembly assembly =
        ModelAssembly.assemble(
            model.config(),
            ledger,
            selector,
            forced,
            new ModelAssembly.Remarks(
                warning -> {},
                problem -> {
                  throw problem;
                }));
    ModelAssembly.requireNoneLeft(ledger);
    double sum = 0;
    try (CompiledProgram program = device.compile(assembly.program(), LoadProgress.NONE);
        Sequence sequence = program.openSequence(tokens.length)) {
      for (int from = 0; from < tokens.length; from += ROWS) {
        int first = from;
        int[] chunk = Arrays.copyOfRange(tokens, from, Math.min(from + ROWS, tokens.length));
        BatchResult result = program.forward(Batch.of(sequence, chunk, Batch.Wanted.ALL));
        double[] rows =
            IntStream.range(0, chunk.length)
                .parallel()
                .mapToDouble(row -> each.applyAsDouble(first + row, result.logits(row)))
                .toArray();
        // In order, so that the sum does not depend on the threads.
        for (double row : rows) {
          sum += row;
        }
      }
    }
    return sum;
  }
}
