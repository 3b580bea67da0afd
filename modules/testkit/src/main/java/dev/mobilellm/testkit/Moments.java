package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How random numbers are spread. */
public final class Moments {

  private Moments() {}

  /**
   * Asserts that a tensor's decoded values have this mean, and around it this standard deviation.
   */
  public static void assertMoments(
      WeightTensor tensor, double mean, double deviation, double tolerance) {
    double sum = 0;
    double squares = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(ValueLayout.JAVA_FLOAT, tensor.columns());
      for (int r = 0; r < tensor.rows(); r++) {
        tensor.decodeRow(r, row);
        for (int c = 0; c < tensor.columns(); c++) {
          double difference = row.getAtIndex(ValueLayout.JAVA_FLOAT, c) - mean;
          sum += difference;
          squares += difference * difference;
        }
      }
    }
    assertEquals(0, sum / tensor.size(), tolerance, tensor.name());
    assertEquals(deviation, Math.sqrt(squares / tensor.size()), tolerance, tensor.name());
  }
}
