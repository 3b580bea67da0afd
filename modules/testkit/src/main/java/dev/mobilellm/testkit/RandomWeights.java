package dev.mobilellm.testkit;

import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/**
 * Weights in native memory for tests, the same for the same seed. They are about as large as those
 * of a trained model, so that products neither vanish nor explode. The memory lives as long as the
 * tensor is reachable. Not safe for several threads.
 */
public final class RandomWeights {

  private final Random random;

  public RandomWeights(long seed) {
    random = new Random(seed);
  }

  /** A float32 matrix of given values, row after row. */
  public static WeightTensor of(String name, int columns, float... values) {
    MemorySegment data = Arena.ofAuto().allocate(4L * values.length, 64);
    for (int i = 0; i < values.length; i++) {
      put(DType.F32, data, i, values[i]);
    }
    int rows = values.length / columns;
    return new WeightTensor(name, rows, columns, new Dense(DType.F32), List.of(data));
  }

  /**
   * A matrix whose rows have a Euclidean length of about one.
   *
   * @param encoding {@link Dense}, {@link AffineGroups} or {@link SignedBytes}
   */
  public WeightTensor matrix(String name, int rows, int columns, WeightEncoding encoding) {
    List<MemorySegment> parts =
        encoding.partSizes(rows, columns).stream().map(this::allocate).toList();
    double range = Math.sqrt(3.0 / columns);
    switch (encoding) {
      case Dense dense -> {
        for (int i = 0; i < rows * columns; i++) {
          put(dense.type(), parts.getFirst(), i, between(-range, range));
        }
      }
      case AffineGroups affine -> fillAffine(affine, parts, rows * columns, range);
      case SignedBytes bytes -> fillBytes(parts.getFirst());
      default -> throw new IllegalArgumentException("no random weights of " + encoding.name());
    }
    return new WeightTensor(name, rows, columns, encoding, parts);
  }

  /** The weights of a norm: around one. */
  public WeightTensor norm(String name, int size, DType type) {
    return vector(name, size, type, 0.5, 1.5);
  }

  /** The biases of a linear layer: around zero. */
  public WeightTensor bias(String name, int size, DType type) {
    return vector(name, size, type, -0.5, 0.5);
  }

  private WeightTensor vector(String name, int size, DType type, double from, double to) {
    MemorySegment data = allocate((long) size * type.bytes());
    for (int i = 0; i < size; i++) {
      put(type, data, i, between(from, to));
    }
    return new WeightTensor(name, 1, size, new Dense(type), List.of(data));
  }

  /** Tensors of a mapped file start at any byte: nothing may count on their alignment. */
  private MemorySegment allocate(long size) {
    long offset = random.nextInt(64);
    return Arena.ofAuto().allocate(offset + size, 64).asSlice(offset);
  }

  /** Any bits are valid values; scales of both signs occur in MLX's files. */
  private void fillAffine(AffineGroups affine, List<MemorySegment> parts, int size, double range) {
    fillBytes(parts.get(0));
    double levels = (1 << affine.bits()) - 1;
    for (int group = 0; group < size / affine.groupSize(); group++) {
      double scale = 2 * range / levels * between(0.5, 1) * (random.nextBoolean() ? 1 : -1);
      put(affine.scaleType(), parts.get(1), group, (float) scale);
      put(affine.scaleType(), parts.get(2), group, (float) (-scale * levels * between(0.4, 0.6)));
    }
  }

  private void fillBytes(MemorySegment target) {
    byte[] bytes = new byte[Math.toIntExact(target.byteSize())];
    random.nextBytes(bytes);
    MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, 0, bytes.length);
  }

  private float between(double from, double to) {
    return (float) random.nextDouble(from, to);
  }

  private static void put(DType type, MemorySegment target, int index, float value) {
    long at = (long) index * type.bytes();
    switch (type) {
      case F32 ->
          target.set(
              ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at, value);
      case F16 -> putShort(target, at, Float.floatToFloat16(value));
      case BF16 -> putShort(target, at, (short) (Float.floatToRawIntBits(value) >>> 16));
    }
  }

  private static void putShort(MemorySegment target, long at, short value) {
    target.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at, value);
  }
}
