package dev.mobilellm.launcher.inspect;

import dev.mobilellm.checkpoint.ValueCheck;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.inspection.LayerFacts;
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.runtime.inspection.WeightShares;
import dev.mobilellm.runtime.inspection.WeightShares.Amount;
import dev.mobilellm.runtime.plugins.Selection;
import dev.mobilellm.spi.device.CacheMemory;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The report for programs, as a tree. */
final class InspectionJson {

  private final Findings findings;
  private final ModelInspection inspection;

  private InspectionJson(Findings findings) {
    this.findings = findings;
    this.inspection = findings.inspection();
  }

  static Map<String, Object> tree(Findings findings) {
    return new InspectionJson(findings).tree();
  }

  /** The same report of a checkpoint that cannot be looked into at all. */
  static Map<String, Object> tree(String directory, String problem) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("directory", directory);
    tree.put("loads", false);
    tree.put("problems", List.of(problem));
    return tree;
  }

  private Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("directory", inspection.files().directory().toString());
    tree.put("loads", findings.problems().isEmpty());
    tree.put("problems", findings.problems());
    tree.put("warnings", inspection.warnings());
    tree.put("config", inspection.config().settings().values());
    tree.put("tied_head", inspection.assembly().map(ModelAssembly::tied));
    tree.put("weights", weights());
    tree.put("layers", layers());
    tree.put("tokenizer", tokenizer());
    tree.put("chat_template", plugin(inspection.templateProvider()));
    tree.put("eos_tokens", eosTokens());
    tree.put("memory", memory());
    tree.put("tensors", inspection.tensors().stream().map(this::tensor).toList());
    tree.put("unexpected_tensors", inspection.unexpected());
    return tree;
  }

  private Map<String, Object> weights() {
    WeightShares shares = inspection.shares();
    Amount total = shares.total();
    Map<String, Object> parts = new LinkedHashMap<>();
    shares.parts().forEach((part, amount) -> parts.put(part.label(), amount(amount, total)));
    Map<String, Object> encodings = new LinkedHashMap<>();
    shares.encodings().forEach((name, amount) -> encodings.put(name, amount(amount, total)));
    Map<String, Object> tree = new LinkedHashMap<>(amount(total, total));
    tree.put("provider", plugin(inspection.weightProvider()));
    tree.put("parts", parts);
    tree.put("encodings", encodings);
    return tree;
  }

  private static Map<String, Object> amount(Amount amount, Amount total) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("parameters", amount.parameters());
    tree.put("share", (double) amount.parameters() / total.parameters());
    tree.put("tensors", amount.tensors());
    tree.put("bytes", amount.bytes());
    tree.put("bits_per_weight", amount.bitsPerWeight());
    return tree;
  }

  private List<Object> layers() {
    List<ModelAssembly.Layer> recorded =
        inspection.assembly().map(ModelAssembly::layers).orElse(List.of());
    List<Object> layers = new ArrayList<>();
    for (int i = 0; i < recorded.size(); i++) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("layer", i);
      tree.put("attention", plugin(recorded.get(i).attention()));
      tree.put("mlp", plugin(recorded.get(i).mlp()));
      inspection.layers().get(i).ifPresent(facts -> addFacts(facts, tree));
      layers.add(tree);
    }
    return layers;
  }

  private static void addFacts(LayerFacts facts, Map<String, Object> tree) {
    tree.put("heads", facts.shape().heads());
    tree.put("kv_heads", facts.shape().kvHeads());
    tree.put("head_dim", facts.shape().headDim());
    tree.put("rope", facts.rotates());
    tree.put("qk_norm", facts.qkNorm());
    tree.put("chunk", facts.shape().chunk() == 0 ? null : facts.shape().chunk());
    tree.put(
        "temperature_tuning",
        facts
            .shape()
            .temper()
            .map(t -> Map.of("floor_scale", t.floorScale(), "attn_scale", t.attnScale())));
  }

  private Optional<Map<String, Object>> tokenizer() {
    return plugin(inspection.tokenizerProvider())
        .map(
            tree -> {
              tree.put("tokens", inspection.tokenizer().map(t -> t.vocabularySize()));
              return tree;
            });
  }

  private List<Object> eosTokens() {
    return inspection.eosTokens().stream()
        .sorted()
        .<Object>map(
            token -> {
              Map<String, Object> tree = new LinkedHashMap<>();
              tree.put("id", token);
              tree.put("text", InspectionText.spelling(inspection.tokenizer(), token));
              return tree;
            })
        .toList();
  }

  private Map<String, Object> memory() {
    MemoryNeeds memory = findings.memory();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("weights", memory.weights());
    tree.put("device", memory.device());
    tree.put(
        "conversations",
        memory.conversations().stream().map(c -> conversation(memory, c)).toList());
    return tree;
  }

  private static Map<String, Object> conversation(
      MemoryNeeds memory, MemoryNeeds.Conversation conversation) {
    CacheMemory cache = conversation.cache();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("context", conversation.context());
    tree.put("kv_cache_type", cache.type());
    tree.put("kv_cache", cache.bytes());
    tree.put("total", memory.weights() + cache.bytes());
    return tree;
  }

  private Map<String, Object> tensor(TensorLedger.Entry entry) {
    Optional<WeightTensor> stored = entry.stored();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", entry.name());
    tree.put("status", entry.status().name().toLowerCase(Locale.ROOT));
    tree.put("expected", entry.rows() == 0 ? null : shape(entry.rows(), entry.columns()));
    tree.put("stored", stored.map(t -> shape(t.rows(), t.columns())));
    tree.put("encoding", stored.map(t -> t.encoding().name()));
    tree.put("bytes", stored.map(WeightTensor::byteSize));
    ValueCheck check = findings.values().get(entry.name());
    if (check != null) {
      tree.put("not_finite", check.count());
    }
    return tree;
  }

  private static List<Integer> shape(int rows, int columns) {
    return rows == 1 ? List.of(columns) : List.of(rows, columns);
  }

  private static Optional<Map<String, Object>> plugin(Selection<?> selection) {
    return selection
        .chosen()
        .map(
            found -> {
              Map<String, Object> tree = new LinkedHashMap<>();
              tree.put("name", found.name());
              tree.put("reason", InspectionText.reason(selection));
              return tree;
            });
  }
}
