package dev.mobilellm.spi.graph;

import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;

/**
 * An operation of a program. A device must know the {@link Primitive primitives}; a {@link
 * Composite} it may run with a kernel of its own or have lowered.
 */
public sealed interface Op permits Primitive, Composite {

  /** The values that are read. */
  List<Value> inputs();

  /** The values that are written; no other operation writes them. */
  List<Value> outputs();

  /** The weights that are read. */
  List<WeightTensor> weights();

  /** The kind of operation, for reports: {@code Linear}. */
  default String kind() {
    return getClass().getSimpleName();
  }
}
