package dev.mobilellm.spi.weights;

import java.util.Optional;
import java.util.SequencedSet;

/**
 * The weights of one checkpoint by name. Quantized weights are one tensor under the name of their
 * {@code .weight}; their scales and biases are not listed apart.
 *
 * <p>Safe for use by several threads. Closing unmaps the memory of all tensors.
 */
public interface WeightSource extends AutoCloseable {

  /** All names, in the order of the files. */
  SequencedSet<String> names();

  /**
   * The tensor of this name, or empty if there is none.
   *
   * @throws dev.mobilellm.spi.ModelException if it is stored in a way that cannot be read
   */
  Optional<WeightTensor> find(String name);

  @Override
  void close();
}
