package dev.mobilellm.launcher.convert;

import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.device.DeviceSearch;
import dev.mobilellm.runtime.evaluation.Divergence;
import dev.mobilellm.runtime.evaluation.Evaluator;
import dev.mobilellm.runtime.evaluation.KeptLogits;
import dev.mobilellm.runtime.evaluation.ScoredModel;
import dev.mobilellm.runtime.evaluation.Window;
import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Measures how much a model's output on a text changes when one matrix alone is quantized: the mean
 * KL divergence over the tokens. The model is assembled anew for each; the device stays open. For
 * one thread.
 */
final class Sensitivities implements AutoCloseable {

  private final SourceModel model;
  private final Evaluator evaluator = new Evaluator();
  private final Selector selector;
  private final ModelAssembly.Forced forced;
  private final int batchTokens;
  private final ComputeDevice device;
  private final KeptLogits reference;

  /**
   * Opens the device and runs the model as it is.
   *
   * @param tokens the text, at least two
   * @param notes told about devices that were passed over
   * @throws ModelException if the model cannot run, or its logits are no numbers
   */
  Sensitivities(SourceModel model, int[] tokens, Consumer<String> notes) {
    this.model = model;
    selector = new Selector(model.registry());
    LoadOptions options = model.options();
    forced = options.forced();
    batchTokens = Math.min(options.maxBatchTokens(), tokens.length);
    DeviceOptions deviceOptions = options.deviceOptions(batchTokens, model.registry());
    device =
        new DeviceSearch(model.registry(), deviceOptions, notes)
            .first(options.device(), choice -> choice.open(deviceOptions));
    try {
      List<Window> text = List.of(new Window(tokens, 1));
      reference = run(model.weights(), scored -> evaluator.keep(scored, text));
    } catch (RuntimeException | Error e) {
      device.close();
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
      return run(
          new Replacement(model.weights(), quantized),
          scored -> {
            Divergence divergence = new Divergence();
            evaluator.compare(scored, reference, divergence::add);
            return divergence.mean();
          });
    }
  }

  @Override
  public void close() {
    reference.close();
    device.close();
  }

  /** Does something with the model of these weights. */
  private <T> T run(WeightSource source, Function<ScoredModel, T> use) {
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
    Program program = assembly.program();
    try (CompiledProgram compiled = device.compile(program, LoadProgress.NONE)) {
      return use.apply(new ScoredModel(compiled, program.vocabularySize(), batchTokens));
    }
  }
}
