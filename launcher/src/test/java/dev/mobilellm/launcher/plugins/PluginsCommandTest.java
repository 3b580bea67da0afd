package dev.mobilellm.launcher.plugins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.Run;
import dev.mobilellm.launcher.plugins.PluginReport.PluginVerdicts;
import dev.mobilellm.launcher.plugins.PluginReport.ServicePlugins;
import dev.mobilellm.launcher.plugins.PluginReport.Verdict;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.model.LayerView;
import dev.mobilellm.spi.model.MlpVariant;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.testkit.Fixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PluginsCommandTest {

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** Fits the odd layers, before others. */
  private static final class Odd implements MlpVariant {
    @Override
    public String name() {
      return "odd";
    }

    @Override
    public int priority() {
      return 50;
    }

    @Override
    public Match matches(LayerView layer) {
      return layer.index() % 2 == 1 ? Match.yes("its number is odd") : Match.no("it is even");
    }

    @Override
    public Value emit(GraphBuilder graph, LayerView layer, Value residual) {
      return residual;
    }
  }

  /** Wanted where there is a presence penalty. */
  private static final class Shy implements LogitsProcessorProvider {
    @Override
    public String name() {
      return "shy";
    }

    @Override
    public int order() {
      return 123;
    }

    @Override
    public Optional<LogitsProcessor> create(SamplingOptions options) {
      return options.presencePenalty() == 0
          ? Optional.empty()
          : Optional.of((candidates, history) -> {});
    }
  }

  @Test
  void withoutModelThereIsAListOnly() {
    PluginReport report = survey(PluginRegistry.builtIn());
    assertEquals(
        Service.ALL.stream().map(Service::label).toList(),
        report.services().stream().map(ServicePlugins::service).toList());
    PluginVerdicts mlx = plugin(report, "weights", "mlx");
    assertEquals("dev.mobilellm.weights.mlx", mlx.found().provenance().module());
    assertEquals(PluginRegistry.BUILT_IN, mlx.found().provenance().origin());
    assertEquals(List.of(), mlx.verdicts());
    List<Verdict> reference = plugin(report, "device", "reference").verdicts();
    assertTrue(reference.getFirst().subject().startsWith("reference ("));
  }

  @Test
  void aModelIsServedByPluginsThatSayWhy() {
    PluginReport report =
        survey(
            PluginRegistry.builtIn(),
            "--model-path",
            Fixtures.checkpoint("mlx-mixed", folder).toString(),
            "--device",
            "reference");
    assertEquals(
        new Verdict("", true, "chosen", "config.json says how the weights are quantized"),
        plugin(report, "weights", "mlx").verdicts().getFirst());
    assertEquals(
        "lower priority", plugin(report, "weights", "safetensors").verdicts().getFirst().verdict());
    assertEquals(
        List.of(
            new Verdict(
                "all layers", false, "does not match", "feed_forward.g_gate.weight is missing")),
        plugin(report, "mlp", "dual-branch").verdicts());
    Verdict device = plugin(report, "device", "reference").verdicts().getFirst();
    assertTrue(device.chosen());
    assertEquals("named", device.reason());
  }

  @Test
  void layersThatDifferAreTold() {
    PluginReport report =
        survey(
            PluginRegistry.builtIn().with(Service.MLP, new Odd()),
            "--model-path",
            Fixtures.checkpoint("r1-f32-sharded", folder).toString());
    assertEquals(
        List.of(
            "layers 0, 2: does not match: it is even", "layers 1, 3: chosen: its number is odd"),
        plugin(report, "mlp", "odd").verdicts().stream().map(Verdict::text).toList());
    assertEquals(
        List.of("layers 0, 2: chosen", "layers 1, 3: lower priority"),
        plugin(report, "mlp", "gated").verdicts().stream()
            .map(verdict -> verdict.subject() + ": " + verdict.verdict())
            .toList());
    assertTrue(err.toString().contains("would not load"), "the odd layers' weights are left over");
  }

  @Test
  void processorsDependOnTheOptions() {
    PluginRegistry registry = PluginRegistry.builtIn().with(Service.PROCESSOR, new Shy());
    String model = Fixtures.checkpoint("mqa", folder).toString();
    assertEquals(
        "not needed: neutral with these sampling options",
        plugin(survey(registry, "--model-path", model), "logits-processor", "shy")
            .verdicts()
            .getFirst()
            .text());
    assertEquals(
        "chosen: order 123",
        plugin(
                survey(registry, "--model-path", model, "--presence-penalty", "1"),
                "logits-processor",
                "shy")
            .verdicts()
            .getFirst()
            .text());
  }

  @Test
  void namesThatAreNotThereAreRefused() {
    String model = Fixtures.checkpoint("mqa", folder).toString();
    PluginRegistry registry = PluginRegistry.builtIn();
    for (List<String> flags :
        List.of(
            List.of("--device", "abacus"),
            List.of("--mlp", "abacus"),
            List.of("--mlp", "dual-branch"),
            List.of("--sampler", "abacus"))) {
      assertThrows(
          UsageException.class,
          () -> survey(registry, "--model-path", model, flags.getFirst(), flags.getLast()));
    }
  }

  @Test
  void bothFormsHoldEveryPlugin() {
    PluginRegistry registry = PluginRegistry.builtIn();
    String model = Fixtures.checkpoint("mqa", folder).toString();
    String text = print(registry, "--model-path", model);
    String json = print(registry, "--model-path", model, "--json");
    for (Service<?> service : Service.ALL) {
      assertTrue(text.lines().anyMatch(service.label()::equals), service.label());
      assertTrue(json.contains("\"" + service.label() + "\":{\"plugins\":["), service.label());
    }
    assertTrue(text.contains("      all layers: chosen: feed_forward has gate_proj"), text);
    assertTrue(json.contains("\"reason\":\"feed_forward has gate_proj"), json);
    assertFalse(text.contains("{"));
  }

  @Test
  void whatIsLeftOutIsInTheReport() throws IOException {
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    Path broken = Files.writeString(plugins.resolve("broken.jar"), "broken");
    for (String form : List.of("--no-plugins", "--json")) {
      boolean none = form.equals("--no-plugins");
      Run run =
          none ? Run.of("plugins", form) : Run.of("plugins", form, "--plugins", plugins.toString());
      assertEquals(0, run.code(), run.err());
      assertEquals("", run.err());
      assertEquals(!none, run.out().contains("The plugin " + broken + " is left out: "), run.out());
      assertEquals(!none, run.out().contains("\"" + plugins + "\""), run.out());
    }
    String text = Run.of("plugins", "--plugins", plugins.toString()).out();
    assertTrue(text.contains("\nleft out\n  The plugin " + broken + " is left out: "), text);
    assertTrue(text.contains("\nfolders of third-party plugins\n  "), text);
  }

  private PluginReport survey(PluginRegistry registry, String... arguments) {
    return command(arguments).survey(registry);
  }

  private String print(PluginRegistry registry, String... arguments) {
    out.reset();
    PluginsCommand command = command(arguments);
    command.print(command.survey(registry));
    return out.toString(StandardCharsets.UTF_8);
  }

  private PluginsCommand command(String... arguments) {
    PluginsCommand command =
        new PluginsCommand(
            Console.of(
                InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8)));
    new CommandLine(command).parseArgs(arguments);
    return command;
  }

  private static PluginVerdicts plugin(PluginReport report, String service, String name) {
    return report.services().stream()
        .filter(s -> s.service().equals(service))
        .flatMap(s -> s.plugins().stream())
        .filter(p -> p.found().name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
