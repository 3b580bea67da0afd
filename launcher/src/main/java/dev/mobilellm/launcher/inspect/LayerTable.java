package dev.mobilellm.launcher.inspect;

import dev.mobilellm.launcher.report.Ranges;
import dev.mobilellm.launcher.report.Table;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.inspection.LayerFacts;
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.runtime.plugins.Selection;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.graph.AttentionShape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** What the layers do, where it differs by layer with their numbers. */
final class LayerTable {

  private final ModelInspection inspection;

  private LayerTable(ModelInspection inspection) {
    this.inspection = inspection;
  }

  static Table of(ModelInspection inspection) {
    return new LayerTable(inspection).table();
  }

  private Table table() {
    Table table = new Table();
    List<ModelAssembly.Layer> recorded =
        inspection.assembly().map(ModelAssembly::layers).orElse(List.of());
    chosen("attention", recorded, ModelAssembly.Layer::attention, table);
    chosen("MLP", recorded, ModelAssembly.Layer::mlp, table);
    if (inspection.layers().stream().anyMatch(Optional::isPresent)) {
      each("heads", facts -> heads(facts.shape()), table);
      where("RoPE", LayerFacts::rotates, table);
      where("QK-norm", LayerFacts::qkNorm, table);
      each("chunks", facts -> chunk(facts.shape()), table);
      each("temperature", facts -> temper(facts.shape()), table);
    }
    return table;
  }

  private static <P extends Plugin> void chosen(
      String label,
      List<ModelAssembly.Layer> recorded,
      Function<ModelAssembly.Layer, Selection<P>> selection,
      Table table) {
    List<String> plugins =
        recorded.stream()
            .map(layer -> InspectionText.plugin(selection.apply(layer)).orElse("none fits"))
            .toList();
    folded(label, plugins, table);
  }

  /** A value of each layer's attention. */
  private void each(String label, Function<LayerFacts, String> value, Table table) {
    folded(
        label,
        inspection.layers().stream().map(facts -> facts.map(value).orElse("unknown")).toList(),
        table);
  }

  private static void folded(String label, List<String> perLayer, Table table) {
    String first = label;
    for (Map.Entry<String, List<Integer>> group : Ranges.fold(perLayer).entrySet()) {
      table.row(first, Ranges.layers(group.getValue(), perLayer.size()) + ": " + group.getKey());
      first = "";
    }
  }

  private void where(String label, Predicate<LayerFacts> test, Table table) {
    List<Optional<Boolean>> perLayer =
        inspection.layers().stream().map(facts -> facts.map(test::test)).toList();
    Map<Optional<Boolean>, List<Integer>> folded = Ranges.fold(perLayer);
    List<Integer> on = folded.getOrDefault(Optional.of(true), List.of());
    String text = Ranges.layers(on, perLayer.size());
    if (!on.isEmpty() && folded.containsKey(Optional.of(false))) {
      text += "; not in " + Ranges.text(folded.get(Optional.of(false)));
    }
    if (folded.containsKey(Optional.<Boolean>empty())) {
      text += "; unknown in " + Ranges.text(folded.get(Optional.<Boolean>empty()));
    }
    table.row(label, text);
  }

  private static String heads(AttentionShape shape) {
    return "%d over %d of keys and values, each %d wide"
        .formatted(shape.heads(), shape.kvHeads(), shape.headDim());
  }

  private static String chunk(AttentionShape shape) {
    return shape.chunk() == 0 ? "none" : shape.chunk() + " positions";
  }

  private static String temper(AttentionShape shape) {
    return shape
        .temper()
        .map(t -> "tuned, floor_scale %s, attn_scale %s".formatted(t.floorScale(), t.attnScale()))
        .orElse("not tuned");
  }
}
