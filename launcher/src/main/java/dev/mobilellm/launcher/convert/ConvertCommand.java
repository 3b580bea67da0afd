package dev.mobilellm.launcher.convert;

import dev.mobilellm.checkpoint.CheckpointWriter;
import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Interrupt;
import dev.mobilellm.launcher.JsonOutput;
import dev.mobilellm.launcher.LoadingLine;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.perplexity.Report;
import dev.mobilellm.launcher.report.JsonTree;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.spi.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
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
          + " --calibration text.txt",
      "  mobilellm convert --model-path IN --out OUT --quantize 4 --report-ppl text.txt"
    })
public final class ConvertCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "A new or empty folder for the result.")
  private Path out;

  @Option(
      names = "--report-ppl",
      paramLabel = "FILE",
      description =
          "Then run both over this UTF-8 text, and print their perplexities and how far they are"
              + " apart.")
  private Optional<Path> lossText = Optional.empty();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean asJson;

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
    Optional<LossReport> loss;
    Optional<ConversionReport> report;
    try (SourceModel source =
            SourceModel.open(model.directory(), options, model.registry(console));
        Interrupt interrupt = Interrupt.listen();
        LoadingLine progress = new LoadingLine(console)) {
      loss = lossText.map(text -> LossReport.prepare(text, source, console));
      report = convert(source, wish, progress, interrupt);
    }
    if (report.isEmpty()) {
      return ExitCode.INTERRUPTED;
    }
    if (!asJson) {
      console.out().println(report.get().line());
    }
    Optional<Report> lost = loss.map(prepared -> prepared.of(out));
    if (asJson) {
      Map<String, Object> tree = report.get().tree(lost);
      JsonOutput.write(console, json -> JsonTree.write(json, tree));
    } else {
      lost.ifPresent(found -> found.lines().forEach(console.out()::println));
    }
    return console.out().checkError() ? ExitCode.BROKEN_PIPE : ExitCode.OK;
  }

  /** Empty if it was interrupted. */
  private Optional<ConversionReport> convert(
      SourceModel source, ConversionPlan.Wish wish, LoadingLine progress, Interrupt interrupt) {
    TimeLeft time = new TimeLeft();
    Optional<BitChoice> choice = Optional.empty();
    ToIntFunction<String> bits = path -> flags.bits();
    if (flags.isDynamic()) {
      choice = choose(source, wish, progress, interrupt);
      if (choice.isEmpty()) {
        return Optional.empty();
      }
      bits = choice.get()::bits;
    }
    ConversionPlan plan = checked(source.plan(wish, bits), wish);
    note(plan, wish);
    Conversion conversion = new Conversion(source.files(), plan, Conversion::freeSpace);
    return conversion.write(out, progress, interrupt::isWanted)
        ? Optional.of(
            new ConversionReport(out, source.files().directory(), plan, choice, time.seconds()))
        : Optional.empty();
  }

  /** Measures and chooses widths; empty if it was interrupted. */
  private Optional<BitChoice> choose(
      SourceModel source, ConversionPlan.Wish wish, LoadingLine progress, Interrupt interrupt) {
    ConvertFlags.Dynamic dynamic = flags.dynamic();
    ConversionPlan low = checked(source.plan(wish, path -> dynamic.lowBits()), wish);
    ConversionPlan high = source.plan(wish, path -> dynamic.highBits());
    BitChoice.requireReachable(low, high, dynamic.targetBpw());
    // What is measured for minutes should be written, too.
    new Conversion(source.files(), low, Conversion::freeSpace).requireSpace(out);
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
    BitChoice choice = BitChoice.of(low, high, divergences, dynamic.targetBpw());
    if (!asJson) {
      progress.erase();
      choice.lines().forEach(console.out()::println);
    }
    return Optional.of(choice);
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
}
