package dev.mobilellm.kernels.java.elementwise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.graph.Activation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-vector-width")
class ActivationsTest {

  private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  /** Whole vectors and a rest. */
  private static final int WIDTH = 2 * LANES + 3;

  @Test
  void expIsWithinTwoUlp() {
    for (double x = -87; x <= 88; x += 0.00137) {
      float input = (float) x;
      float actual = exp(input);
      double expected = Math.exp(input);
      double ulps = Math.abs(actual - expected) / Math.ulp((float) expected);
      assertTrue(ulps <= 2, () -> "exp(%s) is off by %.2f ulp".formatted(input, ulps));
    }
    assertEquals(1, exp(0));
  }

  @Test
  void expIsBoundedOutside() {
    assertEquals(exp(-87), exp(-1e30f));
    assertEquals(exp(-87), exp(Float.NEGATIVE_INFINITY));
    assertEquals(exp(88), exp(89));
    assertEquals(exp(88), exp(Float.POSITIVE_INFINITY));
    assertTrue(Float.isNaN(exp(Float.NaN)));
    assertTrue(Float.isNaN(exp(Float.intBitsToFloat(0xFFC00000))), "the processor's own NaN");
  }

  @Test
  void siluFollowsItsDefinition() {
    for (double x = -100; x <= 100; x += 0.0371) {
      float input = (float) x;
      double expected = Activation.SILU.apply(input);
      for (float actual : silu(input)) {
        assertEquals(expected, actual, 1e-36 + 4e-7 * Math.abs(expected), () -> "silu " + input);
      }
    }
  }

  @Test
  void siluOfExtremes() {
    for (float large : new float[] {1e4f, 1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
      for (float actual : silu(large)) {
        assertEquals(large, actual);
      }
      for (float actual : silu(-large)) {
        // The definition divides one infinity by another.
        boolean undefined = large == Float.POSITIVE_INFINITY && Float.isNaN(actual);
        assertTrue(
            undefined || Math.abs(actual) < 1e-30, () -> "silu(-%s) %s".formatted(large, actual));
      }
    }
    for (float actual : silu(Float.NaN)) {
      assertTrue(Float.isNaN(actual));
    }
    assertArrayEquals(new float[WIDTH], silu(0f));
  }

  @Test
  void gateMultipliesTheActivated() {
    float[] gate = new float[WIDTH];
    float[] up = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      gate[i] = (i - WIDTH / 2) * 0.3f;
      up[i] = 1.5f - i * 0.25f;
    }
    for (Activation activation : Activation.values()) {
      Floats row = Floats.of(gate);
      Activations.gate(activation, row.address(), Floats.of(up).address(), WIDTH);
      for (int i = 0; i < WIDTH; i++) {
        double expected = activation.apply(gate[i]) * up[i];
        double tolerance = 1e-6 + 1e-6 * Math.abs(expected);
        assertEquals(expected, row.get(i), tolerance, activation + " " + i);
      }
    }
  }

  @Test
  void sumOfExpLeavesOutWhatVanishes() {
    float[] scores = new float[2 * LANES];
    Arrays.fill(scores, Float.NEGATIVE_INFINITY);
    scores[1] = 1e6f;
    scores[2] = 1e6f;
    scores[LANES] = 1e6f - 1000;
    Floats row = Floats.of(scores);
    float largest = Activations.max(row.address(), scores.length);
    assertEquals(1e6f, largest);
    float[] before = new float[LANES];
    before[1] = 5;
    Floats sums = Floats.of(before);
    Activations.expAndAdd(row.address(), scores.length, largest, sums.address());
    float[] after = new float[LANES];
    after[1] = 6;
    after[2] = 1;
    assertArrayEquals(after, sums.toArray());
    float[] weights = new float[scores.length];
    weights[1] = 1;
    weights[2] = 1;
    assertArrayEquals(weights, row.toArray());
  }

  private static float exp(float x) {
    return Activations.exp(FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, x)).lane(LANES - 1);
  }

  private static float[] silu(float x) {
    float[] values = new float[WIDTH];
    Arrays.fill(values, x);
    Floats target = Floats.zeros(WIDTH);
    Activations.apply(Activation.SILU, Floats.of(values).address(), WIDTH, target.address());
    return target.toArray();
  }
}
