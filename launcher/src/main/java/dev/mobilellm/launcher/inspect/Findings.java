package dev.mobilellm.launcher.inspect;

import dev.mobilellm.checkpoint.ValueCheck;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An inspection and what this command adds to it.
 *
 * @param inspection still open
 * @param problems what keeps the model from loading, or makes its answers worthless
 * @param memory what a conversation needs; empty if the context or the weights are not known
 * @param values per tensor that was checked, by its name; empty if none were
 */
record Findings(
    ModelInspection inspection,
    List<String> problems,
    Optional<Memory> memory,
    Map<String, ValueCheck> values) {

  /**
   * Memory of one conversation, in bytes.
   *
   * @param context tokens
   * @param weights of the tensors that are used, as they are stored
   * @param cache keys and values in float32; empty if not all layers could be recorded
   */
  record Memory(int context, long weights, OptionalLong cache) {

    OptionalLong total() {
      return cache.isEmpty() ? cache : OptionalLong.of(weights + cache.getAsLong());
    }
  }

  static Findings of(ModelInspection inspection, Optional<Integer> context, boolean checkValues) {
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
    return new Findings(inspection, List.copyOf(problems), memory(inspection, context), values);
  }

  private static Optional<Memory> memory(ModelInspection inspection, Optional<Integer> context) {
    long weights = inspection.shares().total().bytes();
    return context
        .or(() -> trainedContext(inspection.config()))
        .filter(_ -> weights > 0)
        .map(tokens -> new Memory(tokens, weights, inspection.cacheBytes(tokens)));
  }

  private static Optional<Integer> trainedContext(ModelConfig config) {
    try {
      return Optional.of(config.maxPositionEmbeddings());
    } catch (ModelException _) {
      return Optional.empty();
    }
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
