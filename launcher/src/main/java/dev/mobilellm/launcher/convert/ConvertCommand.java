package dev.mobilellm.launcher.convert;

import dev.mobilellm.checkpoint.CheckpointWriter;
import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Interrupt;
import dev.mobilellm.launcher.LoadingLine;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.spi.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
    try (SourceModel source =
            SourceModel.open(model.directory(), options, model.registry(console));
        Interrupt interrupt = Interrupt.listen();
        LoadingLine progress = new LoadingLine(console)) {
      TimeLeft time = new TimeLeft();
      Optional<ConversionPlan> plan =
          flags.isDynamic()
              ? mixed(source, wish, progress, interrupt)
              : Optional.of(checked(source.plan(wish, path -> flags.bits()), wish));
      if (plan.isEmpty()) {
        return ExitCode.INTERRUPTED;
      }
      note(plan.get(), wish);
      Conversion conversion = new Conversion(source.files(), plan.get(), Conversion::freeSpace);
      if (!conversion.write(out, progress, interrupt::isWanted)) {
        return ExitCode.INTERRUPTED;
      }
      progress.erase();
      console.out().println(summary(plan.get(), time.seconds()));
    }
    return console.out().checkError() ? ExitCode.BROKEN_PIPE : ExitCode.OK;
  }

  /** Measures and chooses widths; empty if it was interrupted. */
  private Optional<ConversionPlan> mixed(
      SourceModel source, ConversionPlan.Wish wish, LoadingLine progress, Interrupt interrupt) {
    ConvertFlags.Dynamic dynamic = flags.dynamic();
    ConversionPlan low = checked(source.plan(wish, path -> dynamic.lowBits()), wish);
    ConversionPlan high = source.plan(wish, path -> dynamic.highBits());
    BitChoice.requireReachable(low, high, dynamic.targetBpw());
    Path place = out.toAbsolutePath().normalize();
    Path sensitivities =
        dynamic
            .sensitivities()
            .map(Path::toAbsolutePath)
            .orElseGet(() -> place.resolveSibling(place.getFileName() + ".sensitivities.json"));
    Map<String, Double> divergences =
        Calibration.read(dynamic.calibration(), source)
            .measure(low, sensitivities, progress, interrupt::isWanted);
    if (interrupt.isWanted()) {
      return Optional.empty();
    }
    progress.erase();
    BitChoice choice = BitChoice.of(low, high, divergences, dynamic.targetBpw());
    choice.lines().forEach(console.out()::println);
    return Optional.of(source.plan(wish, choice::bits));
  }

  private static ConversionPlan checked(ConversionPlan plan, ConversionPlan.Wish wish) {
    if (wish.groupSize() > 0 && plan.quantized().isEmpty()) {
      throw new UsageException(
          "No matrix would be quantized: none has rows that are whole groups of %d; give a smaller --group-size."
              .formatted(wish.groupSize()));
    }
    return plan;
  }

  private void note(ConversionPlan plan, ConversionPlan.Wish wish) {
    if (!plan.indivisible().isEmpty()) {
      console.note(
          "%d matrices stay in float, because their rows are no whole groups of %d: %s."
              .formatted(plan.indivisible().size(), wish.groupSize(), folded(plan.indivisible())));
    }
    if (!plan.dropped().isEmpty()) {
      console.note(
          "Left out, because the model does not use them: %s.".formatted(folded(plan.dropped())));
    }
  }

  /** Names that differ by their layer alone are one. */
  private static String folded(List<String> names) {
    return names.stream()
        .map(name -> name.replaceFirst("\\blayers\\.\\d+\\.", "layers.*."))
        .distinct()
        .collect(Collectors.joining(", "));
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
