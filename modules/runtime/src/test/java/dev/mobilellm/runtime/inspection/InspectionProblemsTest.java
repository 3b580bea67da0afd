package dev.mobilellm.runtime.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.assembly.ModelAssembly.Forced;
import dev.mobilellm.runtime.assembly.TensorLedger.Entry;
import dev.mobilellm.runtime.assembly.TensorLedger.Status;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.model.AttentionVariant;
import dev.mobilellm.spi.model.LayerView;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that do not load: what is wrong is named, and what can be seen is seen. */
class InspectionProblemsTest {

  private static final Forced NOTHING_FORCED = new Forced(Optional.empty(), Optional.empty());

  @TempDir private Path folder;

  @Test
  void aMissingNormIsNamedWithItsShape() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    rename(checkpoint, "layers.1.input_layernorm.weight", "layers.1.input_layernorm.wrong_");
    try (ModelInspection inspection = inspect(checkpoint)) {
      assertFalse(inspection.loads());
      Entry missing = only(inspection);
      assertEquals("model.layers.1.input_layernorm.weight", missing.name());
      assertEquals(Status.MISSING, missing.status());
      assertEquals(64, missing.columns());
      assertEquals(
          List.of(
              "model.layers.1.input_layernorm.weight is missing; it should be [64].",
              "model.layers.1.input_layernorm.wrong_ is not used by the model; it may be of another"
                  + " architecture or have more layers than config.json says."),
          inspection.problems());
      assertEquals(List.of("model.layers.1.input_layernorm.wrong_"), inspection.unexpected());
    }
  }

  @Test
  void whatALayerLacksIsKnownFromTheOthers() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    rename(checkpoint, "layers.2.self_attn.k_proj.weight", "layers.2.self_attn.k_prox.weight");
    try (ModelInspection inspection = inspect(checkpoint)) {
      Entry missing = only(inspection);
      assertEquals("model.layers.2.self_attn.k_proj.weight", missing.name());
      assertEquals(List.of(32, 64), List.of(missing.rows(), missing.columns()));
      assertTrue(
          inspection.problems().getFirst().startsWith("No plugin for attention fits layer 2:"));
      assertTrue(inspection.assembly().orElseThrow().layers().get(1).complete());
      assertFalse(inspection.assembly().orElseThrow().layers().get(2).complete());
      assertTrue(inspection.caches().isEmpty());
      assertEquals(List.of("model.layers.2.self_attn.k_prox.weight"), inspection.unexpected());
    }
  }

  @Test
  void aMisshapenTensorIsNamedWithBothShapes() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    configure(checkpoint, "\"num_attention_heads\": 4", "\"num_attention_heads\": 2");
    try (ModelInspection inspection = inspect(checkpoint)) {
      assertEquals(8, inspection.problems().size());
      assertEquals(
          "model.layers.0.self_attn.q_proj.weight is [64, 64] where config.json makes it [32, 64].",
          inspection.problems().getFirst());
      assertEquals(
          8, inspection.tensors().stream().filter(e -> e.status() == Status.MISSHAPEN).count());
    }
  }

  @Test
  void anUnreadableTensorHidesNothingElse() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    Path weights = checkpoint.resolve("model.safetensors");
    String text = Files.readString(weights, StandardCharsets.ISO_8859_1);
    // The first tensor of the file becomes one of integers as wide as its floats were.
    Files.writeString(
        weights, text.replaceFirst("\"BF16\"", "\"I16\" "), StandardCharsets.ISO_8859_1);
    try (ModelInspection inspection = inspect(checkpoint)) {
      Entry unreadable = only(inspection);
      assertEquals(Status.UNREADABLE, unreadable.status());
      assertTrue(
          inspection.problems().getFirst().contains("I16"), inspection.problems().toString());
      assertEquals(4, inspection.assembly().orElseThrow().layers().size());
    }
  }

  @Test
  void leftOverLayersAreOneProblem() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    configure(checkpoint, "\"num_hidden_layers\": 4", "\"num_hidden_layers\": 3");
    try (ModelInspection inspection = inspect(checkpoint)) {
      assertEquals(9, inspection.unexpected().size());
      assertEquals(1, inspection.problems().size());
      assertTrue(inspection.problems().getFirst().startsWith("9 tensors are not used"));
    }
  }

  @Test
  void aTruncatedFileLeavesTheConfiguration() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    Path weights = checkpoint.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));
    try (ModelInspection inspection = inspect(checkpoint)) {
      assertEquals(1, inspection.problems().size());
      assertTrue(inspection.problems().getFirst().contains("truncated"));
      assertEquals(64, inspection.config().hiddenSize());
      assertTrue(inspection.assembly().isEmpty());
      assertEquals(List.of(), inspection.tensors());
      assertEquals(2, inspection.eosTokens().size());
    }
  }

  @Test
  void anotherArchitectureIsAProblem() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    configure(checkpoint, "\"llama4_text\"", "\"llama\"");
    try (ModelInspection inspection = inspect(checkpoint)) {
      assertEquals(1, inspection.problems().size());
      assertTrue(inspection.problems().getFirst().contains("\"llama\""));
    }
  }

  @Test
  void aTieIsAProblemOfEachLayer() {
    PluginRegistry tied = PluginRegistry.builtIn().with(Service.ATTENTION, new Twin());
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    try (ModelInspection inspection = ModelInspection.of(checkpoint, tied, NOTHING_FORCED)) {
      assertEquals(1, inspection.problems().size());
      assertTrue(inspection.problems().getFirst().startsWith("Two plugins for attention fit"));
      assertTrue(
          inspection.assembly().orElseThrow().layers().stream()
              .allMatch(
                  layer ->
                      layer.attention().considered().stream()
                          .allMatch(c -> c.verdict().equals("tie"))));
    }
  }

  @Test
  void aForcedPluginMustFit() {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    Forced forced = new Forced(Optional.empty(), Optional.of("dual-branch"));
    assertThrows(
        UsageException.class,
        () -> ModelInspection.of(checkpoint, PluginRegistry.builtIn(), forced));
  }

  @Test
  void withoutConfigurationThereIsNothingToSee() {
    assertThrows(ModelException.class, () -> inspect(folder));
    assertThrows(ModelException.class, () -> inspect(folder.resolve("nowhere")));
  }

  private static final class Twin implements AttentionVariant {
    @Override
    public String name() {
      return "twin";
    }

    @Override
    public Match matches(LayerView layer) {
      return Match.yes("it always fits");
    }

    @Override
    public Value emit(GraphBuilder graph, LayerView layer, Value residual) {
      return residual;
    }
  }

  private static ModelInspection inspect(Path checkpoint) {
    return ModelInspection.of(checkpoint, PluginRegistry.builtIn(), NOTHING_FORCED);
  }

  private static Entry only(ModelInspection inspection) {
    List<Entry> wrong = inspection.tensors().stream().filter(entry -> !entry.isFine()).toList();
    assertEquals(1, wrong.size(), wrong.toString());
    return wrong.getFirst();
  }

  /** Renames a tensor in the file's header to a name of the same length. */
  private static void rename(Path checkpoint, String from, String to) throws IOException {
    replace(checkpoint.resolve("model.safetensors"), from, to);
  }

  private static void configure(Path checkpoint, String from, String to) throws IOException {
    replace(checkpoint.resolve("config.json"), from, to);
  }

  private static void replace(Path file, String from, String to) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains(from), from);
    Files.writeString(file, text.replace(from, to), StandardCharsets.ISO_8859_1);
  }
}
