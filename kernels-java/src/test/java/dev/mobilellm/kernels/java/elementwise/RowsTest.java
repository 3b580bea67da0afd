package dev.mobilellm.kernels.java.elementwise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("every-vector-width")
class RowsTest {

  private static final float NAN = Float.NaN;
  private static final float LEAST = Float.NEGATIVE_INFINITY;

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 15, 16, 17, 33, 64, 100})
  void rmsNormFollowsItsDefinition(int width) {
    float[] x = random(width, 1);
    float[] weight = random(width, 2);
    Floats target = Floats.zeros(width);
    Rows.rmsNorm(
        Floats.of(x).address(), Floats.of(weight).address(), width, 1e-5f, target.address());
    double squares = 0;
    for (float value : x) {
      squares += (double) value * value;
    }
    double scale = 1 / Math.sqrt(squares / width + 1e-5);
    for (int i = 0; i < width; i++) {
      double expected = x[i] * scale * weight[i];
      assertEquals(expected, target.get(i), 1e-6 + 1e-6 * Math.abs(expected));
    }
    Rows.rmsNorm(Floats.of(x).address(), 0, width, 1e-5f, target.address());
    for (int i = 0; i < width; i++) {
      assertEquals(x[i] * scale, target.get(i), 1e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 37})
  void rmsNormOfZerosIsZero(int width) {
    Floats row = Floats.zeros(width);
    Rows.rmsNorm(row.address(), 0, width, 1e-5f, row.address());
    assertArrayEquals(new float[width], row.toArray());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 33})
  void sumsAndProducts(int width) {
    float[] left = random(width, 3);
    float[] right = random(width, 4);
    Floats sum = Floats.of(left);
    Floats product = Floats.of(left);
    Floats scaled = Floats.of(left);
    Rows.add(sum.address(), Floats.of(right).address(), width, sum.address());
    Rows.multiply(product.address(), Floats.of(right).address(), width, product.address());
    Rows.scale(scaled.address(), -1.5f, width, scaled.address());
    for (int i = 0; i < width; i++) {
      assertEquals(left[i] + right[i], sum.get(i));
      assertEquals(left[i] * right[i], product.get(i));
      assertEquals(left[i] * -1.5f, scaled.get(i));
    }
  }

  @Test
  void argmaxIsTheFirstOfTheLargest() {
    for (int width : new int[] {1, 2, 15, 16, 17, 50, 128}) {
      for (int at = 0; at < width; at++) {
        float[] row = new float[width];
        Arrays.fill(row, at, width, 5);
        assertEquals(at, argmax(row), "of " + width);
        Arrays.fill(row, 0, at, NAN);
        assertEquals(at, argmax(row), "after NaN, of " + width);
        Arrays.fill(row, LEAST);
        row[at] = -1e38f;
        assertEquals(at, argmax(row), "among -infinity, of " + width);
      }
    }
  }

  @Test
  void argmaxOfNothingButNanOrInfinity() {
    float[] row = new float[37];
    Arrays.fill(row, LEAST);
    assertEquals(0, argmax(row));
    Arrays.fill(row, NAN);
    assertEquals(0, argmax(row));
    row[20] = LEAST;
    assertEquals(20, argmax(row));
    row[30] = Float.POSITIVE_INFINITY;
    assertEquals(30, argmax(row));
  }

  private static int argmax(float[] row) {
    return Rows.argmax(Floats.of(row).address(), row.length);
  }

  private static float[] random(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (3 * random.nextGaussian());
    }
    return values;
  }
}
