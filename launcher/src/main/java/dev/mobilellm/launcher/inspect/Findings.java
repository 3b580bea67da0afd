package dev.mobilellm.launcher.inspect;

import dev.mobilellm.checkpoint.ValueCheck;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An inspection and what this command adds to it.
 *
 * @param inspection still open
 * @param problems what keeps the model from loading, or makes its answers worthless
 * @param memory what weights and conversations need
 * @param values per tensor that was checked, by its name; empty if none were
 */
record Findings(
    ModelInspection inspection,
    List<String> problems,
    MemoryNeeds memory,
    Map<String, ValueCheck> values) {

  static Findings of(ModelInspection inspection, MemoryNeeds memory, boolean checkValues) {
    Map<String, ValueCheck> values = checkValues ? check(inspection) : Map.of();
    List<String> problems = new ArrayList<>(inspection.problems());
    values.forEach(
        (name, check) -> {
          if (!check.finite()) {
            problems.add(
                "%s holds %d values that are NaN or infinite, the first in row %d, column %d."
                    .formatted(name, check.count(), check.firstRow(), check.firstColumn()));
          }
        });
    return new Findings(inspection, List.copyOf(problems), memory, values);
  }

  private static Map<String, ValueCheck> check(ModelInspection inspection) {
    Map<String, ValueCheck> values = new LinkedHashMap<>();
    for (TensorLedger.Entry entry : inspection.tensors()) {
      Optional<WeightTensor> stored = entry.stored();
      if (stored.isPresent() && entry.status() != TensorLedger.Status.IGNORED) {
        values.put(entry.name(), ValueCheck.of(stored.get()));
      }
    }
    return values;
  }
}
