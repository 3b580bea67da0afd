package dev.mobilellm.launcher.inspect;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Installation;
import dev.mobilellm.launcher.JsonOutput;
import dev.mobilellm.launcher.PluginOptions;
import dev.mobilellm.launcher.report.JsonTree;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.DeviceOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a checkpoint holds, and whether it would load. */
@Command(
    name = "inspect",
    description = {
      "Says what a checkpoint holds, and whether it would load.",
      "The exit code is 1 if it would not; the problems are listed."
    },
    footer = {"", "Example:", "  mobilellm inspect DIR --check-values"})
public final class InspectCommand implements Callable<Integer> {

  private final Console console;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "Checkpoint directory. Default: the demo model.")
  private Optional<Path> directory = Optional.empty();

  @Option(names = "--model-path", paramLabel = "DIR", description = "The same, as an option.")
  private Optional<Path> modelPath = Optional.empty();

  @Option(
      names = "--context",
      paramLabel = "N",
      split = ",",
      description =
          "Say how much memory conversations of so many tokens need: 4096,32768. Default: some"
              + " usual ones, and as many as the model was trained for.")
  private List<Integer> contexts = List.of();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "The device that keeps them. Default: auto, the one that would run the model.")
  private Optional<String> device = Optional.empty();

  @Option(
      names = "--kv-cache",
      paramLabel = "TYPE",
      description = "How the device \"java\" keeps them: f32, f16, bf16, q16, q8 or auto.")
  private Optional<String> kvCache = Optional.empty();

  @Option(
      names = "--check-values",
      description = "Read all weights and name those that are NaN or infinite.")
  private boolean checkValues;

  @Option(
      names = "--tensors",
      description = "Give each tensor a line of its own, also where they differ by layer only.")
  private boolean allTensors;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean asJson;

  @Option(
      names = "--attention",
      paramLabel = "NAME",
      description = "Use this attention plugin instead of the one that matches.")
  private Optional<String> attention = Optional.empty();

  @Option(
      names = "--mlp",
      paramLabel = "NAME",
      description = "Use this MLP plugin instead of the one that matches.")
  private Optional<String> mlp = Optional.empty();

  @Mixin private PluginOptions plugins = new PluginOptions();

  /** A command on these streams. */
  public InspectCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    for (int context : contexts) {
      if (context < 1) {
        throw new UsageException("--context must be at least 1, found " + context + ".");
      }
    }
    return inspect(checkpoint(), plugins.registry(console));
  }

  /** Reports, and returns the exit code. */
  int inspect(Path checkpoint, PluginRegistry registry) {
    try (ModelInspection inspection =
        ModelInspection.of(checkpoint, registry, new ModelAssembly.Forced(attention, mlp))) {
      MemoryNeeds memory = MemoryNeeds.of(inspection, contexts, asked(), registry);
      Findings findings = Findings.of(inspection, memory, checkValues);
      if (asJson) {
        JsonOutput.write(console, json -> JsonTree.write(json, InspectionJson.tree(findings)));
      } else {
        InspectionText.lines(findings, allTensors).forEach(console.out()::println);
      }
      return findings.problems().isEmpty() ? ExitCode.OK : ExitCode.MODEL;
    } catch (ModelException e) {
      if (!asJson) {
        throw e;
      }
      Map<String, Object> tree = InspectionJson.tree(checkpoint.toString(), e.getMessage());
      JsonOutput.write(console, json -> JsonTree.write(json, tree));
      return ExitCode.MODEL;
    }
  }

  private MemoryNeeds.Asked asked() {
    Map<String, String> properties =
        kvCache.map(type -> Map.of("kv-cache", type)).orElseGet(Map::of);
    return new MemoryNeeds.Asked(
        device, new DeviceOptions(0, LoadOptions.DEFAULT.maxBatchTokens(), properties, List.of()));
  }

  private Path checkpoint() {
    if (directory.isPresent() && modelPath.isPresent()) {
      throw new UsageException(
          "The checkpoint is given twice, as %s and by --model-path; give one."
              .formatted(directory.get()));
    }
    return directory.or(() -> modelPath).orElseGet(() -> Installation.current().demoModel());
  }
}
