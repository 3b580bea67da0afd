package dev.mobilellm.launcher.inspect;

import dev.mobilellm.launcher.report.Ranges;
import dev.mobilellm.runtime.assembly.TensorLedger;
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
   * What is said about a tensor.
   *
   * @param name its own, or with {@code layers.*} instead of a number
   * @param shape as the model wants it, or as stored where it could not tell
   * @param encoding as stored; empty if there is none
   * @param remark what is wrong; empty if nothing is
   */
  record Kind(String name, String shape, String encoding, String remark) {

    /** One that the model asks for. */
    static Kind expected(TensorLedger.Entry entry) {
      Optional<WeightTensor> stored = entry.stored();
      Optional<String> storedShape = stored.map(t -> shape(t.rows(), t.columns()));
      return new Kind(
          entry.name(),
          entry.rows() > 0 ? shape(entry.rows(), entry.columns()) : storedShape.orElse("?"),
          stored.map(t -> t.encoding().name()).orElse("-"),
          switch (entry.status()) {
            case FINE -> "";
            case IGNORED -> "not used";
            case MISSING -> "MISSING";
            case UNREADABLE -> "UNREADABLE";
            case MISSHAPEN -> "WRONG SHAPE " + storedShape.orElse("?");
          });
    }

    /** One that nothing asks for. */
    static Kind unexpected(String name) {
      return new Kind(name, "", "", "");
    }

    Kind withName(String other) {
      return new Kind(other, shape, encoding, remark);
    }

    int layer() {
      Matcher matcher = LAYER.matcher(name);
      return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    private static String shape(int rows, int columns) {
      return rows == 1 ? "[" + columns + "]" : "[" + rows + ", " + columns + "]";
    }
  }

  /** A group for each tensor. */
  static List<TensorGroup> all(List<Kind> tensors) {
    return tensors.stream().map(TensorGroup::single).toList();
  }

  /**
   * Groups in the order in which their tensors come first; those of the same name stay together.
   */
  static List<TensorGroup> fold(List<Kind> tensors) {
    Map<String, Map<Kind, List<Kind>>> byName = new LinkedHashMap<>();
    for (Kind tensor : tensors) {
      String name = LAYER.matcher(tensor.name).replaceFirst("layers.*.");
      byName
          .computeIfAbsent(name, _ -> new LinkedHashMap<>())
          .computeIfAbsent(tensor.withName(name), _ -> new ArrayList<>())
          .add(tensor);
    }
    return byName.values().stream()
        .flatMap(kinds -> kinds.entrySet().stream())
        .map(
            group ->
                group.getValue().size() == 1
                    ? single(group.getValue().getFirst())
                    : new TensorGroup(
                        group.getKey(), group.getValue().stream().map(Kind::layer).toList()))
        .toList();
  }

  /** {@code layers 0-21}, or nothing. */
  String range() {
    return layers.isEmpty() ? "" : "layers " + Ranges.text(layers);
  }

  /** {@code x22}, or nothing. */
  String count() {
    return layers.isEmpty() ? "" : "x" + layers.size();
  }

  private static TensorGroup single(Kind tensor) {
    return new TensorGroup(tensor, List.of());
  }
}
