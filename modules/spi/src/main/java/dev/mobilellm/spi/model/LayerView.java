package dev.mobilellm.spi.model;

import dev.mobilellm.spi.weights.WeightTensor;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Consumer;

/**
 * One transformer layer of a checkpoint: its configuration and its weights.
 *
 * <p>Names are relative to the layer and canonical, whatever the file calls them: {@code
 * self_attn.q_proj.weight}, {@code feed_forward.down_proj.weight}, {@code input_layernorm.weight}.
 * Every weight of a checkpoint must be taken by exactly one block, or the load fails: nothing is
 * silently ignored.
 */
public interface LayerView {

  /** From 0. */
  int index();

  ModelConfig config();

  /** All names of this layer, in the order of the files. */
  SequencedSet<String> names();

  default boolean has(String name) {
    return names().contains(name);
  }

  /**
   * The rows and columns of a weight, without taking it.
   *
   * @throws dev.mobilellm.spi.ModelException if it is missing
   */
  WeightTensor look(String name);

  /**
   * Takes a matrix.
   *
   * @throws dev.mobilellm.spi.ModelException if it is missing, has another shape or was taken
   *     before
   */
  WeightTensor matrix(String name, int rows, int columns);

  /** Takes a vector; else as {@link #matrix}. */
  WeightTensor vector(String name, int size);

  /** Takes a vector if there is one; else as {@link #matrix}. */
  default Optional<WeightTensor> optionalVector(String name, int size) {
    return has(name) ? Optional.of(vector(name, size)) : Optional.empty();
  }

  /** Where to tell the user, once for the model, about something odd that is no error. */
  Consumer<String> warnings();
}
