package dev.mobilellm.launcher.plugins;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.JsonOutput;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.SamplingFlags;
import dev.mobilellm.launcher.plugins.PluginReport.PluginVerdicts;
import dev.mobilellm.launcher.plugins.PluginReport.ServicePlugins;
import dev.mobilellm.launcher.plugins.PluginReport.Verdict;
import dev.mobilellm.launcher.report.JsonTree;
import dev.mobilellm.launcher.report.Table;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the plugins and, with a model, says which of them serve and why. */
@Command(
    name = "plugins",
    description = {
      "Lists all plugins with their priority, module and origin.",
      "With --model-path: what each says about the model, and which are chosen."
    },
    footer = {"", "Example:", "  mobilellm plugins --model-path DIR --top-p 0.95"})
public final class PluginsCommand implements Callable<Integer> {

  private final Console console;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean asJson;

  @Mixin private ModelOptions model = new ModelOptions();
  @Mixin private SamplingFlags sampling = new SamplingFlags();

  /** A command on these streams. */
  public PluginsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    print(survey(model.registry(console)));
    return ExitCode.OK;
  }

  void print(PluginReport report) {
    if (asJson) {
      JsonOutput.write(console, json -> JsonTree.write(json, tree(report)));
    } else {
      report.services().forEach(this::print);
    }
  }

  PluginReport survey(PluginRegistry registry) {
    LoadOptions options = model.loadOptions();
    PluginSurvey survey = new PluginSurvey(registry, options);
    if (model.isDemo()) {
      return survey.withoutModel();
    }
    try (ModelInspection inspection =
        ModelInspection.of(
            model.directory(),
            registry,
            new ModelAssembly.Forced(options.attention(), options.mlp()))) {
      if (!inspection.loads()) {
        console.note(
            "This model would not load: "
                + inspection.problems().getFirst()
                + " See mobilellm inspect.");
      }
      return survey.of(inspection, sampling.generationOptions());
    }
  }

  private void print(ServicePlugins service) {
    Table plugins = new Table();
    for (PluginVerdicts plugin : service.plugins()) {
      Found<?> found = plugin.found();
      plugins.row(
          found.name(),
          "priority " + found.priority(),
          found.version().isEmpty() ? found.module() : found.module() + "@" + found.version(),
          found.origin());
    }
    console.out().println(service.service());
    List<String> lines = plugins.lines("  ");
    for (int i = 0; i < lines.size(); i++) {
      console.out().println(lines.get(i));
      for (Verdict verdict : service.plugins().get(i).verdicts()) {
        console.out().println("      " + verdict.text());
      }
    }
    if (lines.isEmpty()) {
      console.out().println("  none is installed");
    }
    service.problems().forEach(problem -> console.out().println("  " + problem));
  }

  private static Map<String, Object> tree(PluginReport report) {
    Map<String, Object> services = new LinkedHashMap<>();
    for (ServicePlugins service : report.services()) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("plugins", service.plugins().stream().map(PluginsCommand::tree).toList());
      tree.put("problems", service.problems());
      services.put(service.service(), tree);
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("services", services);
    tree.put("problems", report.problems());
    return tree;
  }

  private static Map<String, Object> tree(PluginVerdicts plugin) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", plugin.found().name());
    tree.put("priority", plugin.found().priority());
    tree.put("module", plugin.found().module());
    tree.put("version", plugin.found().version());
    tree.put("origin", plugin.found().origin());
    tree.put("verdicts", plugin.verdicts().stream().map(PluginsCommand::tree).toList());
    return tree;
  }

  private static Map<String, Object> tree(Verdict verdict) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("subject", verdict.subject());
    tree.put("chosen", verdict.chosen());
    tree.put("verdict", verdict.verdict());
    tree.put("reason", verdict.reason());
    return tree;
  }
}
