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
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
    // What is wrong with plugins is a part of the report, not a note beside it.
    Console quiet =
        Console.of(console.in(), console.out(), new PrintStream(OutputStream.nullOutputStream()));
    print(survey(model.registry(quiet)));
    return ExitCode.OK;
  }

  void print(PluginReport report) {
    if (asJson) {
      JsonOutput.write(console, json -> JsonTree.write(json, tree(report)));
    } else {
      report.services().forEach(this::print);
      section("folders of third-party plugins", report.folders().stream().map(Path::toString));
      section("left out", report.problems().stream());
    }
  }

  PluginReport survey(PluginRegistry registry) {
    LoadOptions options = model.loadOptions();
    PluginSurvey survey = new PluginSurvey(registry, model.pluginFolders(), options);
    if (model.isDemo()) {
      return survey.withoutModel();
    }
    try (ModelInspection inspection =
        ModelInspection.of(model.directory(), registry, options.forced())) {
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
          found.provenance().versionedModule(),
          found.provenance().origin(),
          isTrustedStranger(found) ? "native access" : "");
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

  /** Of built-in plugins it is the application's affair. */
  private static boolean isTrustedStranger(Found<?> found) {
    return found.provenance().nativeAccess()
        && !found.provenance().origin().equals(PluginRegistry.BUILT_IN);
  }

  private void section(String title, Stream<String> lines) {
    List<String> all = lines.toList();
    if (!all.isEmpty()) {
      console.out().println(title);
      all.forEach(line -> console.out().println("  " + line));
    }
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
    tree.put("folders", report.folders().stream().map(Path::toString).toList());
    tree.put("problems", report.problems());
    return tree;
  }

  private static Map<String, Object> tree(PluginVerdicts plugin) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", plugin.found().name());
    tree.put("priority", plugin.found().priority());
    tree.put("module", plugin.found().provenance().module());
    tree.put("version", plugin.found().provenance().version());
    tree.put("origin", plugin.found().provenance().origin());
    tree.put("native_access", plugin.found().provenance().nativeAccess());
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
