package dev.mobilellm.runtime.assembly;

import dev.mobilellm.spi.model.LayerView;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.function.Consumer;

/** One layer's part of the {@link TensorLedger}. */
final class LayerWeights implements LayerView {

  private final int index;
  private final ModelConfig config;
  private final TensorLedger ledger;
  private final Consumer<String> warnings;
  private final String prefix;
  private final SequencedSet<String> names = new LinkedHashSet<>();

  LayerWeights(int index, ModelConfig config, TensorLedger ledger, Consumer<String> warnings) {
    this.index = index;
    this.config = config;
    this.ledger = ledger;
    this.warnings = warnings;
    this.prefix = "layers." + index + ".";
    for (String name : ledger.names()) {
      if (name.startsWith(prefix)) {
        names.add(name.substring(prefix.length()));
      }
    }
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(names);
  }

  @Override
  public WeightTensor look(String name) {
    return ledger.look(prefix + name);
  }

  @Override
  public WeightTensor matrix(String name, int rows, int columns) {
    return ledger.take(prefix + name, rows, columns);
  }

  @Override
  public WeightTensor vector(String name, int size) {
    return ledger.take(prefix + name, 1, size);
  }

  @Override
  public Consumer<String> warnings() {
    return warnings;
  }
}
