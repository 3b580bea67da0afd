package dev.mobilellm.launcher.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class OutputDistributionsTest {

  /** Against the definition, with distributions that can be summed up by hand. */
  @Test
  void theDivergenceOfKnownDistributions() {
    try (Arena arena = Arena.ofShared()) {
      OutputDistributions own = new OutputDistributions(2, 3, arena);
      own.set(1, logits(0.5, 0.25, 0.25, 40));
      assertEquals(0, own.divergence(1, logits(0.5, 0.25, 0.25, -7)), 1e-6);
      double wanted =
          0.5 * Math.log(0.5 / 0.2) + 0.25 * Math.log(0.25 / 0.7) + 0.25 * Math.log(0.25 / 0.1);
      assertEquals(wanted, own.divergence(1, logits(0.2, 0.7, 0.1, 3)), 1e-6);
    }
  }

  /** Logits may be shifted by any amount. */
  private static MemorySegment logits(double p, double q, double r, double shift) {
    return MemorySegment.ofArray(
        new float[] {
          (float) (Math.log(p) + shift),
          (float) (Math.log(q) + shift),
          (float) (Math.log(r) + shift)
        });
  }
}
