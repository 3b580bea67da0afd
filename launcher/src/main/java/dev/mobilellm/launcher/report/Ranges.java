package dev.mobilellm.launcher.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Lists whose elements mostly repeat, such as those with an element for each layer. */
public final class Ranges {

  private Ranges() {}

  /** The indices of each value, in the order of first occurrence. */
  public static <T> SequencedMap<T, List<Integer>> fold(List<T> values) {
    SequencedMap<T, List<Integer>> folded = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      folded.computeIfAbsent(values.get(i), _ -> new ArrayList<>()).add(i);
    }
    return folded;
  }

  /** Ascending numbers in short: {@code 0-2, 4, 6-21}. */
  public static String text(List<Integer> ascending) {
    StringBuilder text = new StringBuilder();
    for (int from = 0, to; from < ascending.size(); from = to + 1) {
      to = from;
      while (to + 1 < ascending.size() && ascending.get(to + 1) == ascending.get(to) + 1) {
        to++;
      }
      text.append(text.isEmpty() ? "" : ", ").append(ascending.get(from));
      if (to > from) {
        text.append(to == from + 1 ? ", " : "-").append(ascending.get(to));
      }
    }
    return text.toString();
  }

  /** {@code all layers}, {@code layer 3}, {@code layers 0-2, 4}, or {@code no layer}. */
  public static String layers(List<Integer> ascending, int layerCount) {
    if (ascending.isEmpty()) {
      return "no layer";
    }
    if (ascending.size() == layerCount) {
      return "all layers";
    }
    return (ascending.size() == 1 ? "layer " : "layers ") + text(ascending);
  }
}
