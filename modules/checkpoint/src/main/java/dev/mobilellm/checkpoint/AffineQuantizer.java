package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;

/**
 * MLX's affine quantizer, bit for bit: what {@code mx.quantize} makes of float32 values, and of
 * bfloat16 or float16 values that are widened to float32. To repeat what MLX makes of float32
 * weights that are first cast to another type, {@linkplain DType#round round} them to it before.
 *
 * <p>The caller allocates a tensor with {@link #allocate}, fills its rows in any order, from any
 * number of threads as long as no two fill the same row, and then has a {@link WeightTensor} of the
 * encoding {@link AffineGroups} like any other. Immutable.
 *
 * @see <a
 *     href="https://ml-explore.github.io/mlx/build/html/python/_autosummary/mlx.core.quantize.html">mlx.core.quantize</a>
 */
public final class AffineQuantizer {

  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The smallest scale, so that groups of equal values do not divide by zero. */
  private static final float MIN_SCALE = 1e-7f;

  /**
   * Adding and subtracting 1.5 * 2^23 leaves a float of less than 2^22 rounded to a whole number,
   * ties to even, because floats of that size have no fractions.
   */
  private static final float ROUNDER = 0x1.8p23f;

  private final AffineGroups encoding;
  private final float largest;

  /**
   * A quantizer to this encoding.
   *
   * @param encoding its scale type is what scales and biases are rounded to, after the values were
   *     quantized with the exact ones
   */
  public AffineQuantizer(AffineGroups encoding) {
    this.encoding = encoding;
    this.largest = (1 << encoding.bits()) - 1;
  }

  /** What it quantizes to. */
  public AffineGroups encoding() {
    return encoding;
  }

  /**
   * A tensor whose rows are to be filled.
   *
   * @param memory where; its life bounds the tensor's
   * @throws IllegalArgumentException if the columns are no whole groups
   */
  public WeightTensor allocate(String name, int rows, int columns, SegmentAllocator memory) {
    List<MemorySegment> parts =
        encoding.partSizes(rows, columns).stream()
            .map(size -> memory.allocate(size, Long.BYTES))
            .toList();
    return new WeightTensor(name, rows, columns, encoding, parts);
  }

  /**
   * Quantizes a whole tensor on this thread.
   *
   * @param source finite values of any encoding
   * @param memory where the result lies; its life bounds the result's
   * @throws IllegalArgumentException if the columns are no whole groups
   */
  public WeightTensor quantize(WeightTensor source, SegmentAllocator memory) {
    WeightTensor target = allocate(source.name(), source.rows(), source.columns(), memory);
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment row = scratch.allocate(ValueLayout.JAVA_FLOAT, source.columns());
      for (int r = 0; r < source.rows(); r++) {
        source.decodeRow(r, row);
        quantizeRow(row, target, r);
      }
    }
    return target;
  }

  /**
   * Quantizes one row.
   *
   * @param values {@code target.columns()} finite native-order floats from offset 0
   * @param target of this encoding, from {@link #allocate}
   * @param row which of its rows is filled
   * @throws IndexOutOfBoundsException if there is no such row or there are too few values
   */
  public void quantizeRow(MemorySegment values, WeightTensor target, int row) {
    Objects.checkIndex(row, target.rows());
    if (!target.encoding().equals(encoding)) {
      throw new IllegalArgumentException(
          "%s is %s, not %s".formatted(target.name(), target.encoding().name(), encoding.name()));
    }
    int groupSize = encoding.groupSize();
    int groups = target.columns() / groupSize;
    long groupBytes = (long) groupSize * encoding.bits() / 8;
    DType scaleType = encoding.scaleType();
    MemorySegment words = target.parts().get(0);
    MemorySegment scales = target.parts().get(1);
    MemorySegment biases = target.parts().get(2);
    float[] group = new float[groupSize];
    int[] quantized = new int[groupSize];
    for (int g = 0; g < groups; g++) {
      long index = (long) row * groups + g;
      MemorySegment.copy(
          values,
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          (long) g * groupSize * Float.BYTES,
          group,
          0,
          groupSize);
      float min = min(group);
      float max = max(group);
      boolean upwards = Math.abs(min) > Math.abs(max);
      float edge = upwards ? min : max;
      float width = Math.max((max - min) / largest, MIN_SCALE);
      float scale = upwards ? width : -width;
      // The edge becomes a whole multiple of the scale, so that zero is represented, too.
      float steps = (float) Math.rint(edge / scale);
      float bias = 0;
      if (steps != 0) {
        scale = edge / steps;
        bias = edge;
      }
      quantize(group, scale, bias, largest, quantized);
      pack(quantized, encoding.bits(), words, index * groupBytes);
      scaleType.set(scales, index * scaleType.bytes(), scale);
      scaleType.set(biases, index * scaleType.bytes(), bias);
    }
  }

  private static float min(float[] values) {
    float min = values[0];
    for (float value : values) {
      min = Math.min(min, value);
    }
    return min;
  }

  private static float max(float[] values) {
    float max = values[0];
    for (float value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  /** Clipping to whole limits before rounding gives the same as after it, and fits the rounder. */
  private static void quantize(
      float[] values, float scale, float bias, float largest, int[] quantized) {
    for (int i = 0; i < quantized.length; i++) {
      float steps = Math.min(Math.max((values[i] - bias) / scale, 0), largest);
      quantized[i] = (int) (steps + ROUNDER - ROUNDER);
    }
  }

  /** Groups are whole words: 32 values of any width end where a word ends. */
  private static void pack(int[] quantized, int bits, MemorySegment words, long offset) {
    long pending = 0;
    int filled = 0;
    long at = offset;
    for (int q : quantized) {
      pending |= (long) q << filled;
      filled += bits;
      if (filled >= Integer.SIZE) {
        words.set(WORD, at, (int) pending);
        at += Integer.BYTES;
        pending >>>= Integer.SIZE;
        filled -= Integer.SIZE;
      }
    }
  }
}
