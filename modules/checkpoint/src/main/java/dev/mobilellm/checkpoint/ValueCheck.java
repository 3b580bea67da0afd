package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What a search for values that are not finite found in one tensor.
 *
 * @param count how many weights are NaN or infinite
 * @param firstRow of the first of them; -1 if there are none
 * @param firstColumn of the first of them; -1 if there are none
 */
public record ValueCheck(long count, int firstRow, int firstColumn) {

  private static final ValueLayout.OfLong EIGHT_BYTES =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Whether every weight is a number. */
  public boolean finite() {
    return count == 0;
  }

  /**
   * Looks at every weight. Only rows that look suspicious as they lie in memory are decoded.
   *
   * @throws IllegalStateException if the tensor's source is closed
   */
  public static ValueCheck of(WeightTensor tensor) {
    long count = 0;
    int firstRow = -1;
    int firstColumn = -1;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, tensor.columns());
      for (int row = 0; row < tensor.rows(); row++) {
        if (!suspicious(tensor, row)) {
          continue;
        }
        tensor.decodeRow(row, values);
        for (int column = 0; column < tensor.columns(); column++) {
          if (!Float.isFinite(values.getAtIndex(ValueLayout.JAVA_FLOAT, column))) {
            if (count++ == 0) {
              firstRow = row;
              firstColumn = column;
            }
          }
        }
      }
    }
    return new ValueCheck(count, firstRow, firstColumn);
  }

  private static boolean suspicious(WeightTensor tensor, int row) {
    return switch (tensor.encoding()) {
      case Dense dense -> hasFullExponent(tensor, dense.type(), row);
      case AffineGroups affine -> mayOverflow(tensor, affine, row);
      default -> true;
    };
  }

  /**
   * Whether a row holds a float whose exponent is all ones, which is what NaN and infinity have.
   * Eight bytes at a time: the sign is masked off, so that adding one to the exponent carries into
   * the sign's place exactly when the exponent is full, and never into the next float.
   */
  private static boolean hasFullExponent(WeightTensor tensor, DType type, int row) {
    MemorySegment data = tensor.parts().getFirst();
    long exponent =
        switch (type) {
          case F32 -> 0x7F800000_7F800000L;
          case F16 -> 0x7C007C00_7C007C00L;
          case BF16 -> 0x7F807F80_7F807F80L;
        };
    long one =
        switch (type) {
          case F32 -> 0x00800000_00800000L;
          case F16 -> 0x04000400_04000400L;
          case BF16 -> 0x00800080_00800080L;
        };
    long sign = type == DType.F32 ? 0x80000000_80000000L : 0x80008000_80008000L;
    long bytes = (long) tensor.columns() * type.bytes();
    long at = row * bytes;
    long end = at + bytes;
    long carried = 0;
    for (; at + 8 <= end; at += 8) {
      carried |= (data.get(EIGHT_BYTES, at) & exponent) + one;
    }
    boolean full = (carried & sign) != 0;
    for (; at < end; at += type.bytes()) {
      full |= !Float.isFinite(type.get(data, at));
    }
    return full;
  }

  /** Whether a scale or bias of a row is not finite, or so large that a weight might not be. */
  private static boolean mayOverflow(WeightTensor tensor, AffineGroups affine, int row) {
    int groups = tensor.columns() / affine.groupSize();
    int largest = (1 << affine.bits()) - 1;
    int width = affine.scaleType().bytes();
    long start = (long) row * groups * width;
    for (int group = 0; group < groups; group++) {
      float scale = affine.scaleType().get(tensor.parts().get(1), start + (long) group * width);
      float bias = affine.scaleType().get(tensor.parts().get(2), start + (long) group * width);
      if (!Float.isFinite(Math.abs(scale) * largest + Math.abs(bias))) {
        return true;
      }
    }
    return false;
  }
}
