package dev.mobilellm.kernels.opencl.selftest;

import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;

/** Weights of about the size of a model's, the same in every run. */
final class RandomTensors {

  private final Arena arena;
  private final Random random = new Random(20);
  private int count;

  /**
   * @param arena whose memory the tensors are
   */
  RandomTensors(Arena arena) {
    this.arena = arena;
  }

  WeightTensor vector(int size) {
    return matrix(1, size, new Dense(DType.F32));
  }

  /**
   * @param encoding {@link Dense} or {@link AffineGroups}
   */
  WeightTensor matrix(int rows, int columns, WeightEncoding encoding) {
    List<MemorySegment> parts =
        encoding.partSizes(rows, columns).stream().map(size -> arena.allocate(size, 64)).toList();
    float range = (float) Math.sqrt(3.0 / (rows == 1 ? 1 : columns));
    switch (encoding) {
      case Dense dense -> fill(parts.getFirst(), dense.type(), (long) rows * columns, range);
      case AffineGroups affine -> {
        for (long i = 0; i < parts.getFirst().byteSize(); i++) {
          parts.getFirst().set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        long groups = (long) rows * columns / affine.groupSize();
        fill(parts.get(1), affine.scaleType(), groups, range / (1 << affine.bits()));
        fill(parts.get(2), affine.scaleType(), groups, range / 4);
      }
      default -> throw new IllegalArgumentException(encoding.name());
    }
    return new WeightTensor("random " + count++, rows, columns, encoding, parts);
  }

  private void fill(MemorySegment target, DType type, long size, float range) {
    for (long i = 0; i < size; i++) {
      type.set(target, i * type.bytes(), (2 * random.nextFloat() - 1) * range);
    }
  }
}
