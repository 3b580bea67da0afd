package dev.mobilellm.kernels.java.elementwise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.kernels.java.memory.Native;
import java.util.Arrays;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-vector-width")
class SumsTest {

  private static final int LANES = Sums.LANES;

  /** Often enough for the compiler to take over. */
  private static final int ROUNDS = 3000;

  @Test
  void sumsOfOneVectorAndOfAllHaveEqualBits() {
    Random random = new Random(1);
    for (int round = 0; round < ROUNDS; round++) {
      float[] values = new float[LANES * LANES];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-4, 5)));
      }
      float[] expected = new float[LANES];
      for (int i = 0; i < LANES; i++) {
        expected[i] = byHalves(Arrays.copyOfRange(values, i * LANES, (i + 1) * LANES));
      }
      Floats vectors = Floats.of(values);
      for (int i = 0; i < LANES; i++) {
        long at = vectors.address() + (long) i * LANES * Float.BYTES;
        FloatVector vector =
            FloatVector.fromMemorySegment(
                FloatVector.SPECIES_PREFERRED, Native.ALL, at, Native.ORDER);
        assertEquals(expected[i], Sums.of(vector));
      }
      Sums.ofAll(vectors.address());
      assertArrayEquals(expected, Arrays.copyOf(vectors.toArray(), LANES));
    }
  }

  /** The order that both promise. */
  private static float byHalves(float[] values) {
    for (int half = values.length / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        values[i] += values[i + half];
      }
    }
    return values[0];
  }
}
