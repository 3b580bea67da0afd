package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.elementwise.Sums;
import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.memory.WeightArena;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.Workers;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where the parts of an affine matrix lie after they were brought into the order in which the
 * kernels read them: lane = row. Four vectors of rows side by side are a block; for each group of
 * columns a block has the words of the group and then its scales and biases. One block after
 * another is one stream.
 *
 * <p>Because a lane holds one row, nothing is expanded to the columns of a group and nothing is
 * summed across lanes. Groups of 128 are two of 64, so that integer sums of a group stay within 16
 * bits. Rows that fill no block are zeros.
 *
 * @param columns of the matrix
 * @param bits of a weight
 * @param group columns of a group here: 32 or 64
 * @param scales how scales and biases are stored
 * @param together vectors that a kernel reads at once, 2 or 4: all words of the group of these,
 *     then those of the next; every other order of reading is slower than memory
 * @param bytes whether values are not words but signed bytes, less 128: of each column those of all
 *     rows side by side
 */
record GroupedLayout(int columns, int bits, int group, Scales scales, int together, boolean bytes) {

  /** Vectors of rows that are read side by side. */
  static final int VECTORS = 4;

  /** Rows of a block. */
  static final int ROWS = VECTORS * Sums.LANES;

  /** Bytes of one word of each row. */
  static final int WORD_BYTES = ROWS * Integer.BYTES;

  /**
   * Kernels read so far ahead of what they compute, to lead prefetchers into the next page; behind
   * the last block there is slack. In large pages there is no need, and a core would wait for it.
   */
  static final int TOUCH_AHEAD = WeightArena.HAS_LARGE_PAGES ? WORD_BYTES : 16 << 10;

  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** How a scale and a bias are stored. */
  enum Scales {
    /** One word: the scale's bfloat16 above the bias's. */
    BF16(1),
    /** Two words of float32. */
    F32(2);

    private final int words;

    Scales(int words) {
      this.words = words;
    }

    int words() {
      return words;
    }
  }

  static GroupedLayout of(WeightTensor weight, AffineGroups affine, int together, boolean bytes) {
    return new GroupedLayout(
        weight.columns(),
        affine.bits(),
        Math.min(affine.groupSize(), 64),
        affine.scaleType() == DType.BF16 ? Scales.BF16 : Scales.F32,
        together,
        bytes);
  }

  int groups() {
    return columns / group;
  }

  /** Words of a group's values in one row. */
  int words() {
    return group * bits / Integer.SIZE;
  }

  /** Bytes from one word of a row to its next. */
  long strideBytes() {
    return (long) together * Sums.LANES * Integer.BYTES;
  }

  /** Where the first word of a row is behind the start of a group. */
  long offset(int row) {
    int side = together * Sums.LANES;
    return row / side * words() * strideBytes() + row % side * (long) Integer.BYTES;
  }

  long groupBytes() {
    return (long) (words() + scales.words()) * WORD_BYTES;
  }

  long blockBytes() {
    return groups() * groupBytes();
  }

  /** Repacks a matrix; the address of the first block. */
  long repack(WeightTensor weight, AffineGroups affine, KernelContext context) {
    int blocks = (weight.rows() + ROWS - 1) / ROWS;
    long bytes = blocks * blockBytes() + TOUCH_AHEAD;
    long address = context.arena().allocate(bytes, Long.SIZE).address();
    context
        .workers()
        .run(
            (worker, count) -> {
              int to = Workers.start(weight.rows(), ROWS, worker + 1, count);
              for (int row = Workers.start(weight.rows(), ROWS, worker, count); row < to; row++) {
                repackRow(weight, affine, row, address + row / ROWS * blockBytes());
              }
            });
    for (MemorySegment part : weight.parts()) {
      if (part.isMapped()) {
        part.unload();
      }
    }
    return address;
  }

  private void repackRow(WeightTensor weight, AffineGroups affine, int row, long block) {
    MemorySegment values = weight.parts().get(0);
    long from = (long) row * groups() * words() * Integer.BYTES;
    int groupsPerScale = affine.groupSize() / group;
    int scalesPerRow = columns / affine.groupSize();
    for (int g = 0; g < groups(); g++) {
      long start = block + g * groupBytes();
      long at = start + offset(row % ROWS);
      for (int k = 0; k < words(); k++) {
        int word = values.get(WORD, from);
        from += Integer.BYTES;
        if (bytes) {
          putBytes(start + k * WORD_BYTES + row % ROWS, word);
        } else {
          Native.putInt(at, word);
          at += strideBytes();
        }
      }
      long index = (long) row * scalesPerRow + g / groupsPerScale;
      long scale = start + (long) words() * WORD_BYTES + row % ROWS * (long) Integer.BYTES;
      repackScale(weight, affine.scaleType(), index, scale);
    }
  }

  private static void putBytes(long at, int word) {
    for (int j = 0; j < Integer.BYTES; j++) {
      Native.putByte(at + (long) j * ROWS, (byte) ((word >>> j * Byte.SIZE) + Byte.MIN_VALUE));
    }
  }

  private void repackScale(WeightTensor weight, DType type, long index, long target) {
    float scale = type.get(weight.parts().get(1), index * type.bytes());
    float bias = type.get(weight.parts().get(2), index * type.bytes());
    switch (scales) {
      case BF16 ->
          Native.putInt(
              target,
              Float.floatToRawIntBits(scale) | Float.floatToRawIntBits(bias) >>> Short.SIZE);
      case F32 -> {
        Native.putFloat(target, scale);
        Native.putFloat(target + WORD_BYTES, bias);
      }
    }
  }
}
