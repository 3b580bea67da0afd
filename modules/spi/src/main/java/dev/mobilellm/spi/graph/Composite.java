package dev.mobilellm.spi.graph;

import java.util.List;

/**
 * A fused operation that carries its own lowering. Anyone may add one: a device that has no kernel
 * for it runs what {@link #lower} records, so a composite can make a model faster but never
 * unrunnable.
 *
 * <p>Implementations are records; kernels recognise them by type.
 */
public non-sealed interface Composite extends Op {

  /**
   * Records the same computation in smaller operations.
   *
   * @param graph where to record; it continues the program that this operation stands in
   * @return for each of {@link #outputs()} the value that holds it, of equal width and rows
   */
  List<Value> lower(GraphBuilder graph);
}
