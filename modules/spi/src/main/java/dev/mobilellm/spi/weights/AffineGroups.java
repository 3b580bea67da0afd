package dev.mobilellm.spi.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * MLX's affine quantization: {@code w = scale * q + bias}, with one scale and one bias for each
 * group of consecutive columns of a row.
 *
 * <p>Three parts: the quantized values (each row one little-endian bit stream of {@code bits}-wide
 * unsigned numbers, lowest bits first, padded to nothing: 3, 5 and 6 bit values cross words), the
 * scales and the biases, both {@code [rows, columns / groupSize]} of {@code scaleType}.
 *
 * @param bits 2, 3, 4, 5, 6 or 8
 * @param groupSize 32, 64 or 128
 * @param scaleType the type of scales and biases
 */
public record AffineGroups(int bits, int groupSize, DType scaleType) implements WeightEncoding {

  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public AffineGroups {
    if (bits < 2 || bits > 8 || bits == 7) {
      throw new IllegalArgumentException(
          "Affine quantization has 2, 3, 4, 5, 6 or 8 bits, not " + bits + ".");
    }
    if (groupSize != 32 && groupSize != 64 && groupSize != 128) {
      throw new IllegalArgumentException(
          "Affine quantization has groups of 32, 64 or 128, not " + groupSize + ".");
    }
  }

  @Override
  public String name() {
    return "affine-" + bits + "bit-g" + groupSize + "-" + scaleType.label();
  }

  @Override
  public List<Long> partSizes(int rows, int columns) {
    if (columns % groupSize != 0) {
      throw new IllegalArgumentException(
          columns + " columns cannot be cut into groups of " + groupSize + ".");
    }
    long values = Math.multiplyExact((long) rows, columns);
    long scales = values / groupSize * scaleType.bytes();
    return List.of(Math.multiplyExact(values / 8, bits), scales, scales);
  }

  @Override
  public void decodeRow(WeightTensor tensor, int row, MemorySegment target) {
    MemorySegment values = tensor.parts().get(0);
    MemorySegment scales = tensor.parts().get(1);
    MemorySegment biases = tensor.parts().get(2);
    int columns = tensor.columns();
    long wordStart = (long) row * columns * bits / 8;
    long scaleStart = (long) row * (columns / groupSize) * scaleType.bytes();
    int mask = (1 << bits) - 1;
    for (int group = 0; group < columns / groupSize; group++) {
      float scale = scaleType.get(scales, scaleStart + (long) group * scaleType.bytes());
      float bias = scaleType.get(biases, scaleStart + (long) group * scaleType.bytes());
      for (int c = group * groupSize; c < (group + 1) * groupSize; c++) {
        long bit = (long) c * bits;
        long at = wordStart + bit / 32 * 4;
        int shift = (int) (bit % 32);
        int q = values.get(WORD, at) >>> shift;
        if (shift + bits > 32) {
          q |= values.get(WORD, at + 4) << (32 - shift);
        }
        target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, c, scale * (q & mask) + bias);
      }
    }
  }
}
