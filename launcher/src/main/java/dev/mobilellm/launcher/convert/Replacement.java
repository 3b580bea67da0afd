package dev.mobilellm.launcher.convert;

import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * Weights of which one is replaced by another of the same name. Closing leaves the others open.
 *
 * @param weights the others
 * @param tensor the one
 */
record Replacement(WeightSource weights, WeightTensor tensor) implements WeightSource {

  @Override
  public SequencedSet<String> names() {
    return weights.names();
  }

  @Override
  public Optional<WeightTensor> find(String name) {
    return name.equals(tensor.name()) ? Optional.of(tensor) : weights.find(name);
  }

  @Override
  public void close() {}
}
