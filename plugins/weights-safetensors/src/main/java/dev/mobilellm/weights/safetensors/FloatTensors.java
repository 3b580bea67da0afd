package dev.mobilellm.weights.safetensors;

import dev.mobilellm.checkpoint.CheckpointTensors;
import dev.mobilellm.checkpoint.StoredTensor;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.Optional;
import java.util.SequencedSet;

/** All tensors as they lie; a type or shape that is no weight's is an error of {@link #find}. */
final class FloatTensors implements WeightSource {

  private final CheckpointTensors stored;

  FloatTensors(CheckpointTensors stored) {
    this.stored = stored;
  }

  @Override
  public SequencedSet<String> names() {
    return stored.tensors().sequencedKeySet();
  }

  @Override
  public Optional<WeightTensor> find(String name) {
    return Optional.ofNullable(stored.tensors().get(name)).map(StoredTensor::dense);
  }

  @Override
  public void close() {
    stored.close();
  }
}
