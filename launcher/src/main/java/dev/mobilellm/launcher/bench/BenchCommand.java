package dev.mobilellm.launcher.bench;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.JsonOutput;
import dev.mobilellm.launcher.LoadingLine;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.RunOptions;
import dev.mobilellm.launcher.report.JsonTree;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.bench.BenchPlan;
import dev.mobilellm.runtime.bench.BenchReport;
import dev.mobilellm.runtime.bench.Benchmark;
import dev.mobilellm.runtime.bench.ModelShape;
import dev.mobilellm.runtime.bench.RandomWeights;
import dev.mobilellm.runtime.bench.WeightFormat;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how fast a model reads and generates, against what the machine can do at best. */
@Command(
    name = "bench",
    description = {
      "Measures how fast a model reads prompts and generates, and what the machine can do at best.",
      "Without --model-path it makes random weights of a published model's shape in memory."
    },
    footer = {
      "",
      "Examples:",
      "  mobilellm bench --shape 950M --encoding q4-g64 --threads 2",
      "  mobilellm bench --model-path DIR --depth 0,4096 --batch 1,4 --explain --chart roofline.svg"
    })
public final class BenchCommand implements Callable<Integer> {

  private static final String SHAPE = "140M";
  private static final String ENCODING = "bf16";

  private final Console console;

  @Option(
      names = "--shape",
      paramLabel = "NAME",
      description = "Shape of the random weights: 140M, 360M or 950M. Default: " + SHAPE + ".")
  private Optional<String> shape = Optional.empty();

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description =
          "Encoding of the random weights: f32, f16, bf16, or q4-g64 and the like; with another one"
              + " for the head: q4-g64+bf16-head. Default: "
              + ENCODING
              + ".")
  private Optional<String> encoding = Optional.empty();

  @Option(
      names = "--prefill",
      paramLabel = "N",
      defaultValue = "512",
      description = "Tokens of the prompt; 0: do not measure it. Default: ${DEFAULT-VALUE}.")
  private int prefill;

  @Option(
      names = "--decode",
      paramLabel = "N",
      defaultValue = "128",
      description = "Tokens to generate; 0: do not measure it. Default: ${DEFAULT-VALUE}.")
  private int decode;

  @Option(
      names = "--depth",
      paramLabel = "N",
      split = ",",
      defaultValue = "0",
      description = "How many tokens the context holds before. Default: ${DEFAULT-VALUE}.")
  private List<Integer> depths;

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      defaultValue = "1",
      description = "How many sequences generate at once. Default: ${DEFAULT-VALUE}.")
  private List<Integer> batches;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds that count, behind one that does not. Default: ${DEFAULT-VALUE}.")
  private int repeat;

  @Option(
      names = "--explain",
      description = "Also print which kernel runs each operation, and its share of the time.")
  private boolean explain;

  @Option(
      names = "--chart",
      paramLabel = "FILE.svg",
      description = "Also draw the results below the machine's limits, as a roofline.")
  private Optional<Path> chart = Optional.empty();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean asJson;

  @Mixin private ModelOptions model = new RunOptions();

  /** A command on these streams. */
  public BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    BenchPlan plan = new BenchPlan(prefill, decode, depths, batches, repeat);
    chart.ifPresent(RooflineChart::requireDrawable);
    LoadOptions options = model.loadOptions();
    if (!model.isDemo()) {
      refuse("--shape", shape);
      refuse("--encoding", encoding);
    }
    WeightFormat format = WeightFormat.named(encoding.orElse(ENCODING));
    String name = shape.orElse(SHAPE);
    ModelShape random = ModelShape.named(name);
    PluginRegistry registry = model.registry(console);
    return model.isDemo()
        ? bench(name, random, format, plan, options, registry)
        : bench(model.directory(), plan, options, registry);
  }

  /** Measures a checkpoint. */
  private int bench(Path directory, BenchPlan plan, LoadOptions options, PluginRegistry registry) {
    try (LoadingLine progress = new LoadingLine(console)) {
      long start = System.nanoTime();
      try (LanguageModel loaded = LanguageModel.load(directory, options, registry, progress)) {
        String name = loaded.files().directory().toString();
        return measure(loaded, new Subject(name, Optional.empty(), since(start)), plan, progress);
      }
    }
  }

  /** Measures random weights; apart, so that tests can give a tiny shape. */
  int bench(
      String name,
      ModelShape random,
      WeightFormat format,
      BenchPlan plan,
      LoadOptions options,
      PluginRegistry registry) {
    plan.requireFits(
        options.context() > 0 ? options.context() : random.context(), options.maxBatchTokens());
    try (LoadingLine progress = new LoadingLine(console)) {
      long start = System.nanoTime();
      RandomWeights weights = RandomWeights.make(random, format, progress);
      double making = since(start);
      start = System.nanoTime();
      try (LanguageModel loaded =
          LanguageModel.load(random.files(), weights, options, registry, progress)) {
        Subject subject =
            new Subject(name + " " + format.name(), Optional.of(making), since(start));
        return measure(loaded, subject, plan, progress);
      }
    }
  }

  private int measure(LanguageModel loaded, Subject subject, BenchPlan plan, LoadingLine progress) {
    BenchReport report = Benchmark.run(loaded, plan, explain, progress);
    progress.close();
    Findings findings = new Findings(subject, loaded, threads(), Machine.current(), plan, report);
    if (asJson) {
      JsonOutput.write(console, json -> JsonTree.write(json, BenchJson.tree(findings)));
    } else {
      BenchText.lines(findings).forEach(console.out()::println);
    }
    if (explain && report.operations().isEmpty()) {
      console.note(
          "The device \"%s\" cannot tell how long its operations take."
              .formatted(loaded.device().info().id()));
    }
    chart.ifPresent(file -> RooflineChart.of(findings).write(file));
    return console.out().checkError() ? ExitCode.BROKEN_PIPE : ExitCode.OK;
  }

  private int threads() {
    int wanted = model.loadOptions().threads();
    return wanted > 0 ? wanted : Runtime.getRuntime().availableProcessors();
  }

  private static void refuse(String flag, Optional<String> value) {
    if (value.isPresent()) {
      throw new UsageException(
          "%s is for random weights and cannot be used together with --model-path."
              .formatted(flag));
    }
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
