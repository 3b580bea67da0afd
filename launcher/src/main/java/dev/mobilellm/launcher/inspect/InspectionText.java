package dev.mobilellm.launcher.inspect;

import dev.mobilellm.launcher.inspect.TensorGroup.Kind;
import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.launcher.report.Table;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.runtime.inspection.WeightShares;
import dev.mobilellm.runtime.inspection.WeightShares.Amount;
import dev.mobilellm.runtime.plugins.Selection;
import dev.mobilellm.spi.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The report for people. */
final class InspectionText {

  private static final String INDENT = "  ";

  private final Findings findings;
  private final ModelInspection inspection;
  private final boolean allTensors;
  private final List<String> lines = new ArrayList<>();

  private InspectionText(Findings findings, boolean allTensors) {
    this.findings = findings;
    this.inspection = findings.inspection();
    this.allTensors = allTensors;
  }

  /**
   * The lines of the report.
   *
   * @param allTensors whether each tensor has a line of its own
   */
  static List<String> lines(Findings findings, boolean allTensors) {
    InspectionText text = new InspectionText(findings, allTensors);
    text.lines.add(
        "%s: %s"
            .formatted(
                findings.inspection().files().directory(),
                findings.problems().isEmpty() ? "would load" : "would not load"));
    text.section("Model", text.model());
    text.section("Layers", LayerTable.of(findings.inspection()));
    text.section("Weights", text.parts());
    text.section("Encodings", text.encodings());
    text.section("Files", text.files());
    text.section("Memory", text.memory());
    text.section(text.tensorTitle(), text.tensors());
    text.section("Tensors that nothing asked for", text.unexpected());
    text.list("Warnings", findings.inspection().warnings());
    text.list("Problems", findings.problems());
    return text.lines;
  }

  private void section(String title, Table table) {
    list(title, table.lines(""));
  }

  private void list(String title, List<String> items) {
    if (!items.isEmpty()) {
      lines.add("");
      lines.add(title);
      items.forEach(item -> lines.add(INDENT + item));
    }
  }

  /** What config.json says, as it says it: it may be wrong. */
  private Table model() {
    Table table = new Table();
    config("architecture", "architectures", table);
    config("model type", "model_type", table);
    config("layers", "num_hidden_layers", table);
    config("hidden size", "hidden_size", table);
    config("vocabulary", "vocab_size", table);
    config("context", "max_position_embeddings", table);
    inspection
        .assembly()
        .ifPresent(a -> table.row("output head", a.tied() ? "the embedding (tied)" : "its own"));
    return table;
  }

  private void config(String label, String key, Table table) {
    inspection
        .config()
        .settings()
        .find(key)
        .ifPresent(
            value ->
                table.row(
                    label,
                    value instanceof List<?> list
                        ? list.stream().map(String::valueOf).collect(Collectors.joining(", "))
                        : value));
  }

  private Table parts() {
    WeightShares shares = inspection.shares();
    String all =
        shares.encodings().size() == 1 ? "all, " + shares.encodings().firstEntry().getKey() : "all";
    Table table = amounts(shares.parts(), WeightShares.Part::label);
    amount(all, shares.total(), shares.total(), table);
    return table;
  }

  private Table encodings() {
    SequencedMap<String, Amount> encodings = inspection.shares().encodings();
    return encodings.size() < 2 ? new Table() : amounts(encodings, name -> name);
  }

  private <K> Table amounts(SequencedMap<K, Amount> amounts, Function<K, String> label) {
    Table table = new Table(1, 2, 3, 4, 5);
    Amount total = inspection.shares().total();
    if (total.tensors() > 0) {
      table.row("", "parameters", "share", "tensors", "size", "bits/weight");
      amounts.forEach((key, amount) -> amount(label.apply(key), amount, total, table));
    }
    return table;
  }

  private static void amount(String label, Amount amount, Amount total, Table table) {
    if (amount.tensors() > 0) {
      table.row(
          label,
          Quantity.count(amount.parameters()),
          Quantity.share(amount.parameters(), total.parameters()),
          amount.tensors(),
          Quantity.bytes(amount.bytes()),
          Quantity.decimal(amount.bitsPerWeight(), 2));
    }
  }

  private Table files() {
    Table table = new Table();
    table.row("weights", plugin(inspection.weightProvider()).orElse("cannot be read"));
    table.row(
        "tokenizer",
        plugin(inspection.tokenizerProvider()).orElse("none")
            + inspection.tokenizer().map(t -> "; " + t.vocabularySize() + " tokens").orElse(""));
    table.row("template", plugin(inspection.templateProvider()).orElse("none"));
    table.row(
        "end tokens",
        inspection.eosTokens().isEmpty()
            ? "none"
            : inspection.eosTokens().stream()
                .sorted()
                .map(this::spelled)
                .collect(Collectors.joining(", ")));
    return table;
  }

  private String spelled(int token) {
    return token + spelling(inspection.tokenizer(), token).map(text -> " " + text).orElse("");
  }

  /** A token's text, where there is a tokenizer that knows it. */
  static Optional<String> spelling(Optional<Tokenizer> tokenizer, int token) {
    return tokenizer
        .filter(_ -> token >= 0)
        .map(t -> new String(t.decode(token), StandardCharsets.UTF_8))
        .filter(text -> !text.isEmpty());
  }

  private Table memory() {
    MemoryNeeds memory = findings.memory();
    Table table = new Table(1, 2);
    if (memory.weights() > 0) {
      table.row("weights, mapped", Quantity.bytes(memory.weights()));
    }
    for (MemoryNeeds.Conversation conversation : memory.conversations()) {
      long cache = conversation.cache().bytes();
      table.row(
          "keys and values of %d tokens, %s"
              .formatted(conversation.context(), conversation.cache().type()),
          Quantity.bytes(cache),
          Quantity.bytes(memory.weights() + cache) + " together");
    }
    return table;
  }

  private String tensorTitle() {
    List<TensorLedger.Entry> expected = inspection.tensors();
    long fine = expected.stream().filter(TensorLedger.Entry::isFine).count();
    return fine == expected.size()
        ? "Tensors: %d expected, all as expected".formatted(fine)
        : "Tensors: %d expected, %d as expected".formatted(expected.size(), fine);
  }

  private Table tensors() {
    return tensors(inspection.tensors().stream().map(Kind::expected).toList());
  }

  private Table unexpected() {
    return tensors(inspection.unexpected().stream().map(Kind::unexpected).toList());
  }

  private Table tensors(List<Kind> tensors) {
    Table table = new Table();
    for (TensorGroup group : allTensors ? TensorGroup.all(tensors) : TensorGroup.fold(tensors)) {
      Kind kind = group.kind();
      table.row(
          kind.name(), kind.shape(), kind.encoding(), group.range(), group.count(), kind.remark());
    }
    return table;
  }

  /** The chosen plugin, and how it could tell that it fits. */
  static Optional<String> plugin(Selection<?> selection) {
    return selection.chosen().map(found -> found.name() + " (" + reason(selection) + ")");
  }

  /** Why the chosen plugin fits. */
  static String reason(Selection<?> selection) {
    return selection.considered().stream()
        .filter(c -> selection.chosen().filter(found -> found == c.found()).isPresent())
        .map(Selection.Considered::reason)
        .findFirst()
        .orElse("");
  }
}
