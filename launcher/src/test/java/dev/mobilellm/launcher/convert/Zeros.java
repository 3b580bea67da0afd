package dev.mobilellm.launcher.convert;

import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;

/** Weights of which only names and shapes matter, in bfloat16. */
final class Zeros implements WeightSource {

  private final SequencedMap<String, WeightTensor> tensors = new LinkedHashMap<>();

  Zeros matrix(String name, int rows, int columns) {
    MemorySegment zeros = MemorySegment.ofArray(new short[rows * columns]);
    tensors.put(name, new WeightTensor(name, rows, columns, new Dense(DType.BF16), List.of(zeros)));
    return this;
  }

  Zeros vector(String name, int size) {
    return matrix(name, 1, size);
  }

  @Override
  public SequencedSet<String> names() {
    return tensors.sequencedKeySet();
  }

  @Override
  public Optional<WeightTensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  @Override
  public void close() {}
}
