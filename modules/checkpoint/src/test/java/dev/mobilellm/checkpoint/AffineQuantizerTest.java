package dev.mobilellm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mobilellm.spi.model.Settings;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.Fixtures;
import java.io.ByteArrayInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AffineQuantizerTest {

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  /** Words, scales and biases that MLX itself wrote, for all widths and group sizes. */
  @Test
  void bitForBitWhatMlxWrites() {
    Map<String, Object> vectors =
        Json.object("vectors", new ByteArrayInputStream(Fixtures.bytes("mlx-quantize.json")));
    float[][] matrix = floats(vectors.get("matrix"));
    List<?> cases = (List<?>) vectors.get("cases");
    assertEquals(18, cases.size());
    for (Object each : cases) {
      @SuppressWarnings("unchecked")
      Settings one = new Settings("case", (Map<String, Object>) each);
      AffineGroups encoding =
          new AffineGroups(one.positive("bits"), one.positive("group_size"), DType.F32);
      WeightTensor found = new AffineQuantizer(encoding).quantize(tensor(matrix), arena);
      assertWords((List<?>) one.values().get("weight"), found, encoding.name());
      assertFloats(floats(one.values().get("scales")), found, 1, encoding.name() + " scales");
      assertFloats(floats(one.values().get("biases")), found, 2, encoding.name() + " biases");
    }
  }

  /**
   * Half a step, and what rounding the scale and the bias to their type adds. The scale was moved
   * to represent zero, so that the end opposite to the bias may lie a step outside.
   */
  @ParameterizedTest
  @CsvSource({"2,32", "3,64", "4,64", "5,128", "6,32", "8,64", "8,128"})
  void decodesToWithinHalfAStep(int bits, int groupSize) {
    for (DType type : DType.values()) {
      SplittableRandom random = new SplittableRandom(bits);
      float[][] matrix = new float[5][256];
      for (float[] row : matrix) {
        for (int c = 0; c < row.length; c++) {
          row[c] = type.round((float) random.nextGaussian(0.3, 1));
        }
      }
      AffineQuantizer quantizer = new AffineQuantizer(new AffineGroups(bits, groupSize, type));
      WeightTensor quantized = quantizer.quantize(tensor(matrix), arena);
      double rounding = type == DType.F32 ? 1e-6 : type == DType.F16 ? 0x1p-11 : 0x1p-8;
      MemorySegment row = arena.allocate(ValueLayout.JAVA_FLOAT, 256);
      for (int r = 0; r < matrix.length; r++) {
        quantized.decodeRow(r, row);
        for (int c = 0; c < 256; c++) {
          long group = ((long) r * 256 + c) / groupSize;
          float scale = type.get(quantized.parts().get(1), group * type.bytes());
          float bias = type.get(quantized.parts().get(2), group * type.bytes());
          int largest = (1 << bits) - 1;
          double steps = (matrix[r][c] - bias) / scale;
          assertEquals(
              matrix[r][c],
              row.getAtIndex(ValueLayout.JAVA_FLOAT, c),
              Math.abs(scale) * ((steps > largest ? 1.1 : 0.51) + 2 * rounding * largest),
              bits + " bits of " + type);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -0f, 1, -3, 1e-9f})
  void groupsOfEqualValues(float value) {
    float[][] matrix = new float[1][64];
    Arrays.fill(matrix[0], value);
    WeightTensor quantized =
        new AffineQuantizer(new AffineGroups(4, 64, DType.F32)).quantize(tensor(matrix), arena);
    MemorySegment row = arena.allocate(ValueLayout.JAVA_FLOAT, 64);
    quantized.decodeRow(0, row);
    for (int c = 0; c < 64; c++) {
      assertEquals(value, row.getAtIndex(ValueLayout.JAVA_FLOAT, c), 1e-7f);
    }
  }

  @ParameterizedTest
  @EnumSource
  void zeroStaysZero(DType type) {
    float[][] matrix = new float[1][32];
    for (int c = 0; c < 32; c++) {
      matrix[0][c] = c % 3 == 0 ? 0 : (c - 9) * 0.37f;
    }
    WeightTensor quantized =
        new AffineQuantizer(new AffineGroups(4, 32, type)).quantize(tensor(matrix), arena);
    MemorySegment row = arena.allocate(ValueLayout.JAVA_FLOAT, 32);
    quantized.decodeRow(0, row);
    float scale = type.get(quantized.parts().get(1), 0);
    assertEquals(0, row.getAtIndex(ValueLayout.JAVA_FLOAT, 3), Math.abs(scale) * 0.06);
  }

  @Test
  void rowsOfAnyOrderAndRefusals() {
    AffineQuantizer quantizer = new AffineQuantizer(new AffineGroups(4, 64, DType.BF16));
    assertThrows(IllegalArgumentException.class, () -> quantizer.allocate("w", 2, 96, arena));
    WeightTensor target = quantizer.allocate("w", 2, 64, arena);
    MemorySegment row = arena.allocate(ValueLayout.JAVA_FLOAT, 64);
    assertThrows(IndexOutOfBoundsException.class, () -> quantizer.quantizeRow(row, target, 2));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> quantizer.quantizeRow(row.asSlice(0, 128), target, 0));
    AffineQuantizer other = new AffineQuantizer(new AffineGroups(8, 64, DType.BF16));
    assertThrows(IllegalArgumentException.class, () -> other.quantizeRow(row, target, 0));
    row.fill((byte) 0x3F);
    quantizer.quantizeRow(row, target, 1);
    WeightTensor whole =
        quantizer.quantize(new WeightTensor("w", 1, 64, new Dense(DType.F32), List.of(row)), arena);
    for (int part = 0; part < 3; part++) {
      MemorySegment bytes = target.parts().get(part);
      long half = bytes.byteSize() / 2;
      assertEquals(-1, bytes.asSlice(half).mismatch(whole.parts().get(part)));
      assertEquals(
          -1, bytes.asSlice(0, half).mismatch(MemorySegment.ofArray(new byte[(int) half])));
    }
  }

  private WeightTensor tensor(float[][] rows) {
    MemorySegment data =
        arena.allocate(ValueLayout.JAVA_FLOAT, (long) rows.length * rows[0].length);
    for (int r = 0; r < rows.length; r++) {
      MemorySegment.copy(
          rows[r],
          0,
          data,
          ValueLayout.JAVA_FLOAT,
          (long) r * rows[0].length * Float.BYTES,
          rows[0].length);
    }
    return new WeightTensor("w", rows.length, rows[0].length, new Dense(DType.F32), List.of(data));
  }

  private static void assertWords(List<?> rows, WeightTensor found, String message) {
    long at = 0;
    for (Object row : rows) {
      for (Object word : (List<?>) row) {
        assertEquals(
            ((Number) word).intValue(),
            found.parts().getFirst().get(ValueLayout.JAVA_INT, at),
            message + " words, byte " + at);
        at += Integer.BYTES;
      }
    }
    assertEquals(found.parts().getFirst().byteSize(), at);
  }

  private static void assertFloats(float[][] wanted, WeightTensor found, int part, String message) {
    long at = 0;
    for (float[] row : wanted) {
      for (float value : row) {
        assertEquals(value, found.parts().get(part).get(ValueLayout.JAVA_FLOAT, at), message);
        at += Float.BYTES;
      }
    }
    assertEquals(found.parts().get(part).byteSize(), at);
  }

  private static float[][] floats(Object rows) {
    List<?> list = (List<?>) rows;
    float[][] floats = new float[list.size()][];
    for (int r = 0; r < floats.length; r++) {
      List<?> row = (List<?>) list.get(r);
      floats[r] = new float[row.size()];
      for (int c = 0; c < row.size(); c++) {
        floats[r][c] = ((Number) row.get(c)).floatValue();
      }
    }
    return floats;
  }
}
