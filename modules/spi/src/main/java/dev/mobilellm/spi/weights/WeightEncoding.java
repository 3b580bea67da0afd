package dev.mobilellm.spi.weights;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * How the values of a {@link WeightTensor} are stored, carrying its own decoder: a device without a
 * kernel for an encoding decodes it row by row, so that any device can run any encoding.
 *
 * <p>Implementations are immutable and are compared by {@code equals}; kernels recognise an
 * encoding by its type ({@code encoding instanceof AffineGroups affine}).
 */
public interface WeightEncoding {

  /** A short name for reports: {@code bf16}, {@code affine-4bit-g64-bf16}. */
  String name();

  /**
   * The size in bytes of each part of a tensor with this shape, in the order of {@link
   * WeightTensor#parts()}.
   *
   * @throws IllegalArgumentException if this encoding cannot hold such a shape
   * @throws ArithmeticException if a size does not fit a long
   */
  List<Long> partSizes(int rows, int columns);

  /**
   * Decodes one row to float32.
   *
   * @param tensor a tensor of this encoding
   * @param row 0 to rows - 1
   * @param target receives {@code tensor.columns()} native-order floats from offset 0
   */
  void decodeRow(WeightTensor tensor, int row, MemorySegment target);
}
