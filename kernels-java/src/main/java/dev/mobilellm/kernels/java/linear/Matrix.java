package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;

/**
 * The weights of a linear layer with the kernels for their encoding.
 *
 * <p>Every output is the same sum in the same order, however many tokens or rows are computed
 * together and by whichever thread: results do not depend on batches, chunks or threads.
 */
abstract class Matrix {

  final int rows;
  final int columns;

  Matrix(WeightTensor weight) {
    rows = weight.rows();
    columns = weight.columns();
  }

  /**
   * The kernels for a tensor's encoding. An encoding without kernels is decoded by row, and so are
   * weights on the heap, which have no address.
   */
  static Matrix of(WeightTensor weight, KernelContext context) {
    boolean isNative = weight.parts().getFirst().isNative();
    if (isNative && weight.encoding() instanceof Dense(DType type)) {
      return switch (type) {
        case F32 -> new F32Matrix(weight, context);
        case F16 -> new F16Matrix(weight, context);
        case BF16 -> new Bf16Matrix(weight, context);
      };
    }
    if (isNative && weight.encoding() instanceof AffineGroups affine) {
      return new GroupedMatrix(weight, affine, context.isExact(), context);
    }
    return new DecodedMatrix(weight, context);
  }

  /** The encoding, for reports. */
  abstract String encoding();

  /**
   * Rows that are best computed by one thread. By default a cache line of outputs: no two workers
   * write to the same.
   */
  int grain() {
    return 16;
  }

  /** How inputs are wanted. */
  abstract InputForm form();

  /**
   * Computes a range of rows for all tokens.
   *
   * @param x address of the prepared inputs, the form's {@code width} floats per token
   * @param y address of the first token's outputs
   * @param yWidth floats from one token's outputs to the next one's; row r is written at index r
   * @param worker who computes: for scratch memory
   */
  abstract void multiply(int from, int to, long x, int tokens, long y, int yWidth, int worker);
}
