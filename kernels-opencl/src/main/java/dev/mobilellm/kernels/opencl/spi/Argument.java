package dev.mobilellm.kernels.opencl.spi;

import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;

/** What a parameter of a kernel is handed. */
public sealed interface Argument {

  /**
   * {@code global float *}: the rows of a value, one after another without padding. One that the
   * operation only reads must not be written.
   */
  record Rows(Value value) implements Argument {}

  /** {@code global const float *}: a tensor decoded to floats, row after row. */
  record Floats(WeightTensor tensor) implements Argument {}

  /**
   * {@code global const T *}: a part of a tensor as it is stored.
   *
   * @param part index in {@link WeightTensor#parts()}
   */
  record Part(WeightTensor tensor, int part) implements Argument {}

  /** {@code int}: how many rows the pass has. */
  record RowCount(Value.Rows rows) implements Argument {}

  /**
   * {@code global const int *}: the ids of the tokens of the pass, and behind them their positions.
   */
  record Tokens() implements Argument {}

  /** {@code int}. */
  record Int(int value) implements Argument {}

  /** {@code float}. */
  record Real(float value) implements Argument {}

  /** {@code local T *}: memory of a group. */
  record Local(int bytes) implements Argument {}
}
