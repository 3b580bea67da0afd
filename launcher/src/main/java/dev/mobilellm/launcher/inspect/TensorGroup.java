package dev.mobilellm.launcher.inspect;

import dev.mobilellm.launcher.report.Ranges;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.assembly.TensorLedger.Status;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tensors that differ by their layer only.
 *
 * @param kind what they have in common
 * @param layers ascending, at least two; empty for a tensor of its own
 */
record TensorGroup(Kind kind, List<Integer> layers) {

  private static final Pattern LAYER = Pattern.compile("(?<=^|\\.)layers\\.(\\d{1,9})\\.");

  /**
   * @param name with {@code layers.*} instead of a number
   * @param shape as the model wants it, or as stored where it could not tell
   * @param encoding as stored; empty if there is none
   * @param remark what is wrong; empty if nothing is
   */
  record Kind(String name, String shape, String encoding, String remark) {}

  /**
   * Folds the tensors, in the order in which they come first; those of the same name stay together.
   */
  static List<TensorGroup> fold(List<TensorLedger.Entry> entries) {
    Map<String, Map<Kind, List<TensorLedger.Entry>>> byName = new LinkedHashMap<>();
    for (TensorLedger.Entry entry : entries) {
      Kind kind = kind(entry, LAYER.matcher(entry.name()).replaceFirst("layers.*."));
      byName
          .computeIfAbsent(kind.name(), _ -> new LinkedHashMap<>())
          .computeIfAbsent(kind, _ -> new ArrayList<>())
          .add(entry);
    }
    return byName.values().stream()
        .flatMap(kinds -> kinds.entrySet().stream())
        .map(
            group ->
                group.getValue().size() == 1
                    ? single(group.getValue().getFirst())
                    : new TensorGroup(
                        group.getKey(),
                        group.getValue().stream().map(e -> layer(e.name())).toList()))
        .toList();
  }

  /** Each tensor for itself. */
  static List<TensorGroup> all(List<TensorLedger.Entry> entries) {
    return entries.stream().map(TensorGroup::single).toList();
  }

  /** {@code layers 0-21}, or nothing. */
  String range() {
    return layers.isEmpty() ? "" : "layers " + Ranges.text(layers);
  }

  /** {@code x22}, or nothing. */
  String count() {
    return layers.isEmpty() ? "" : "x" + layers.size();
  }

  static String shape(int rows, int columns) {
    return rows == 1 ? "[" + columns + "]" : "[" + rows + ", " + columns + "]";
  }

  private static TensorGroup single(TensorLedger.Entry entry) {
    return new TensorGroup(kind(entry, entry.name()), List.of());
  }

  private static int layer(String name) {
    Matcher matcher = LAYER.matcher(name);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  private static Kind kind(TensorLedger.Entry entry, String name) {
    Optional<WeightTensor> stored = entry.stored();
    boolean known = entry.rows() > 0;
    String shape =
        known
            ? shape(entry.rows(), entry.columns())
            : stored.map(t -> shape(t.rows(), t.columns())).orElse("?");
    return new Kind(
        name, shape, stored.map(t -> t.encoding().name()).orElse("-"), remark(entry, stored));
  }

  private static String remark(TensorLedger.Entry entry, Optional<WeightTensor> stored) {
    return switch (entry.status()) {
      case Status.FINE -> "";
      case Status.IGNORED -> "not used";
      case Status.MISSING -> "MISSING";
      case Status.UNREADABLE -> "UNREADABLE";
      case Status.MISSHAPEN ->
          "WRONG SHAPE " + stored.map(t -> shape(t.rows(), t.columns())).orElse("?");
    };
  }
}
