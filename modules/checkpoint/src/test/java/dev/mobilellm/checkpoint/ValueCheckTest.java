package dev.mobilellm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ValueCheckTest {

  private static final int ROWS = 5;
  private static final int COLUMNS = 13;

  @ParameterizedTest
  @EnumSource(DType.class)
  void findsEveryPosition(DType type) {
    for (int bad = 0; bad < ROWS * COLUMNS; bad++) {
      for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1f / 0f}) {
        float[] values = extremes(type);
        values[bad] = value;
        ValueCheck check = ValueCheck.of(dense(type, values));
        assertEquals(new ValueCheck(1, bad / COLUMNS, bad % COLUMNS), check);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void largestAndSmallestNumbersAreFine(DType type) {
    ValueCheck check = ValueCheck.of(dense(type, extremes(type)));
    assertTrue(check.finite());
    assertEquals(new ValueCheck(0, -1, -1), check);
  }

  @Test
  void countsAll() {
    float[] values = new float[ROWS * COLUMNS];
    Arrays.fill(values, Float.NaN);
    assertEquals(new ValueCheck(ROWS * COLUMNS, 0, 0), ValueCheck.of(dense(DType.BF16, values)));
  }

  @Test
  void groupsWithABadScaleOrBias() {
    float[] scales = {1, 1, 1, -1, 1, 1};
    float[] biases = {0, 0, 0, 0, 0, 0};
    assertTrue(ValueCheck.of(affine(scales, biases)).finite());
    scales[3] = Float.NaN;
    assertEquals(new ValueCheck(32, 1, 32), ValueCheck.of(affine(scales, biases)));
    scales[3] = 1;
    biases[4] = Float.NEGATIVE_INFINITY;
    assertEquals(new ValueCheck(32, 2, 0), ValueCheck.of(affine(scales, biases)));
  }

  /** Scale and bias are numbers, but some of the weights are too large for a float. */
  @Test
  void groupsThatOverflow() {
    float[] scales = {1, 1, Float.MAX_VALUE / 4, 1, 1, 1};
    WeightTensor tensor = affine(scales, new float[6]);
    long large = 0;
    for (int column = 0; column < 32; column++) {
      large += (column % 16) > 4 ? 1 : 0;
    }
    assertEquals(new ValueCheck(large, 1, 5), ValueCheck.of(tensor));
  }

  /** Finite values with full and empty exponents beside each other, in every lane. */
  private static float[] extremes(DType type) {
    float largest =
        switch (type) {
          case F32 -> Float.MAX_VALUE;
          case F16 -> 65504f;
          case BF16 -> Float.intBitsToFloat(0x7f7f0000);
        };
    float[] choice = {0f, -0f, largest, -largest, 1f, -1.5f, Float.MIN_VALUE};
    float[] values = new float[ROWS * COLUMNS];
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < values.length; i++) {
      values[i] = choice[random.nextInt(choice.length)];
    }
    return values;
  }

  private static WeightTensor dense(DType type, float[] values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (type) {
        case F32 -> data.putFloat(value);
        case F16 -> data.putShort(Float.floatToFloat16(value));
        case BF16 -> data.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
      }
    }
    return new WeightTensor(
        "t", ROWS, COLUMNS, new Dense(type), List.of(MemorySegment.ofArray(data.array())));
  }

  /** Three rows of two groups of 32 values of 4 bits, which count 0 to 15. */
  private static WeightTensor affine(float[] scales, float[] biases) {
    byte[] values = new byte[3 * 64 / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (2 * i % 16 | (2 * i + 1) % 16 << 4);
    }
    return new WeightTensor(
        "t",
        3,
        64,
        new AffineGroups(4, 32, DType.F32),
        List.of(
            MemorySegment.ofArray(values),
            MemorySegment.ofArray(scales),
            MemorySegment.ofArray(biases)));
  }
}
