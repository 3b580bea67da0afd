package dev.mobilellm.launcher.convert;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.checkpoint.CheckpointWriter;
import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Interrupt;
import dev.mobilellm.launcher.LoadingLine;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.weights.WeightSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes a checkpoint anew, in another type or quantized. */
@Command(
    name = "convert",
    description = {
      "Writes a checkpoint anew, in another float type or quantized as MLX does.",
      "The result is for MLX and for this program."
    },
    footer = {
      "",
      "Examples:",
      "  mobilellm convert --model-path IN --out OUT --dtype bf16 --quantize 4",
      "  mobilellm convert --model-path IN --out OUT --dtype bf16 --dynamic --target-bpw 5"
          + " --calibration text.txt"
    })
public final class ConvertCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "A new or empty folder for the result.")
  private Path out;

  @Mixin private ConvertFlags flags = new ConvertFlags();

  @Mixin private ModelOptions model = new ModelOptions();

  /** A command on these streams. */
  public ConvertCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ConversionPlan.Wish wish = flags.wish();
    LoadOptions options = model.loadOptions();
    CheckpointWriter.requireFree(out);
    PluginRegistry registry = model.registry(console);
    CheckpointFiles files = CheckpointFiles.open(model.directory());
    try (WeightSource weights = open(files, registry);
        Interrupt interrupt = Interrupt.listen();
        LoadingLine progress = new LoadingLine(console)) {
      TimeLeft time = new TimeLeft();
      boolean tied = files.config().tieWordEmbeddings();
      Planner planner = bits -> ConversionPlan.of(weights, tied, wish, bits);
      ConversionPlan plan;
      if (flags.isDynamic()) {
        Measured measured = new Measured(files, weights, options, registry);
        Optional<BitChoice> choice = choose(measured, planner, progress, interrupt);
        if (choice.isEmpty()) {
          return ExitCode.INTERRUPTED;
        }
        progress.erase();
        choice.get().lines().forEach(console.out()::println);
        plan = planner.plan(choice.get()::bits);
      } else {
        plan = planner.plan(path -> flags.bits());
      }
      requireMatrices(plan, wish);
      note(plan, wish);
      Conversion conversion = new Conversion(files, plan, Conversion::freeSpace);
      if (!conversion.write(out, progress, interrupt::isWanted)) {
        return ExitCode.INTERRUPTED;
      }
      progress.erase();
      console.out().println(summary(plan, time.seconds()));
    }
    return console.out().checkError() ? ExitCode.BROKEN_PIPE : ExitCode.OK;
  }

  /** Plans with given widths by path. */
  @FunctionalInterface
  private interface Planner {
    ConversionPlan plan(ToIntFunction<String> bits);
  }

  /** A model that is measured. */
  private record Measured(
      CheckpointFiles files, WeightSource weights, LoadOptions options, PluginRegistry registry) {}

  /** Measures and chooses; empty if it was interrupted. */
  private Optional<BitChoice> choose(
      Measured measured, Planner planner, LoadingLine progress, Interrupt interrupt) {
    ConvertFlags.Dynamic dynamic = flags.dynamic();
    ConversionPlan low = planner.plan(path -> dynamic.lowBits());
    ConversionPlan high = planner.plan(path -> dynamic.highBits());
    if (!low.quantized().isEmpty()) {
      BitChoice.requireReachable(low, high, dynamic.targetBpw());
    }
    Path absolute = out.toAbsolutePath().normalize();
    Path file =
        dynamic
            .sensitivities()
            .map(Path::toAbsolutePath)
            .orElseGet(
                () -> absolute.resolveSibling(absolute.getFileName() + ".sensitivities.json"));
    Map<String, Double> divergences =
        Calibration.read(dynamic.calibration(), measured.files, measured.weights, measured.registry)
            .measure(low, file, measured.options, measured.registry, progress, interrupt::isWanted);
    return interrupt.isWanted()
        ? Optional.empty()
        : Optional.of(BitChoice.of(low, high, divergences, dynamic.targetBpw()));
  }

  private static WeightSource open(ModelFiles files, PluginRegistry registry) {
    return new Selector(registry)
        .require(
            Service.WEIGHTS,
            Optional.empty(),
            provider -> provider.matches(files),
            files.directory().toString())
        .chosen()
        .orElseThrow()
        .plugin()
        .open(files);
  }

  private static void requireMatrices(ConversionPlan plan, ConversionPlan.Wish wish) {
    if (wish.groupSize() > 0 && plan.quantized().isEmpty()) {
      throw new UsageException(
          "No matrix would be quantized: none has rows that are whole groups of %d; give a smaller --group-size."
              .formatted(wish.groupSize()));
    }
  }

  private void note(ConversionPlan plan, ConversionPlan.Wish wish) {
    if (!plan.indivisible().isEmpty()) {
      console.note(
          "%d matrices stay in float, because their rows are no whole groups of %d: %s."
              .formatted(
                  plan.indivisible().size(),
                  wish.groupSize(),
                  String.join(", ", plan.indivisible())));
    }
    if (!plan.dropped().isEmpty()) {
      console.note(
          "Left out, because the model does not use them: %s."
              .formatted(String.join(", ", plan.dropped())));
    }
  }

  private String summary(ConversionPlan plan, double seconds) {
    return "%s: %s, %s bits per weight; was %s, %s bits; %s s."
        .formatted(
            out,
            Quantity.bytes(plan.byteSize()),
            bitsPerWeight(plan.byteSize(), plan),
            Quantity.bytes(plan.sourceByteSize()),
            bitsPerWeight(plan.sourceByteSize(), plan),
            Quantity.decimal(seconds, 1));
  }

  private static String bitsPerWeight(long bytes, ConversionPlan plan) {
    return Quantity.decimal((double) bytes * Byte.SIZE / plan.size(), 2);
  }
}
