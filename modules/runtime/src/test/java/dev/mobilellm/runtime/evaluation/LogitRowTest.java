package dev.mobilellm.runtime.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Softmax in double, also where it is not easy. */
class LogitRowTest {

  @Test
  void exponentials() {
    assertEquals(1, LogitRow.exp(0));
    for (double x = -79.99; x < 0; x += 0.0137) {
      assertEquals(1, LogitRow.exp(x) / Math.exp(x), 1e-12, "exp " + x);
    }
    assertTrue(LogitRow.exp(-1e30) < 1e-34);
    assertTrue(LogitRow.exp(Double.NEGATIVE_INFINITY) < 1e-34);
  }

  @Test
  void probabilitiesOfHandMadeLogits() {
    LogitRow row = row((float) Math.log(1), (float) Math.log(2), (float) Math.log(5));
    assertEquals(Math.log(0.125), row.logProbability(0), 1e-7);
    assertEquals(Math.log(0.25), row.logProbability(1), 1e-7);
    assertEquals(Math.log(0.625), row.logProbability(2), 1e-7);
    assertEquals(2, row.top());
  }

  @Test
  void hugeLogitsAndAWideVocabulary() {
    LogitRow huge = row(3e38f, -3e38f, 3e38f);
    assertEquals(Math.log(0.5), huge.logProbability(0), 1e-12);
    assertEquals(0, huge.top(), "the lowest id among equals");
    assertEquals(-6e38, huge.logProbability(1), 1e31);
    float[] flat = new float[128_256];
    Arrays.fill(flat, -1234.5f);
    assertEquals(-Math.log(128_256), row(flat).logProbability(77), 1e-11);
  }

  @Test
  void divergenceAgainstExactArithmetic() {
    Random random = new Random(3);
    float[] p = new float[1000];
    float[] q = new float[1000];
    for (int i = 0; i < p.length; i++) {
      p[i] = (float) (4 * random.nextGaussian());
      q[i] = p[i] + (float) (1e-3 * random.nextGaussian());
    }
    double exact = divergence(p, q);
    assertTrue(exact > 1e-8 && exact < 1e-5, "small and not 0: " + exact);
    assertEquals(exact, row(p).divergence(row(q)), 1e-12);
    assertEquals(divergence(q, p), row(q).divergence(row(p)), 1e-12);
  }

  @Test
  void divergenceHasADirection() {
    LogitRow even = row(0, 0);
    LogitRow skewed = row((float) Math.log(3), 0);
    assertEquals(0.5 * Math.log(4.0 / 3), even.divergence(skewed), 1e-7);
    assertEquals(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), skewed.divergence(even), 1e-7);
    assertEquals(0, even.divergence(even));
    assertEquals(0, skewed.divergence(row((float) Math.log(3), 0)));
    assertEquals(0, even.divergence(row(7, 7)), 1e-15, "a shift changes nothing");
  }

  @Test
  void whatIsNotFiniteIsNoDistribution() {
    assertFalse(new LogitRow(3).read(memory(1, Float.NaN, 2)));
    assertFalse(new LogitRow(3).read(memory(1, Float.POSITIVE_INFINITY, 2)));
    assertFalse(new LogitRow(3).read(memory(1, Float.NEGATIVE_INFINITY, 2)));
    assertTrue(new LogitRow(3).read(memory(1, -Float.MAX_VALUE, Float.MAX_VALUE)));
  }

  /** With more digits than double has. */
  private static double divergence(float[] p, float[] q) {
    BigDecimal sumP = BigDecimal.ZERO;
    BigDecimal sumQ = BigDecimal.ZERO;
    for (int i = 0; i < p.length; i++) {
      sumP = sumP.add(new BigDecimal(Math.exp(p[i])));
      sumQ = sumQ.add(new BigDecimal(Math.exp(q[i])));
    }
    BigDecimal divergence = BigDecimal.ZERO;
    double logRatio =
        Math.log1p(sumQ.subtract(sumP).divide(sumP, MathContext.DECIMAL128).doubleValue());
    for (int i = 0; i < p.length; i++) {
      BigDecimal probability = new BigDecimal(Math.exp(p[i])).divide(sumP, MathContext.DECIMAL128);
      BigDecimal gap =
          new BigDecimal(p[i]).subtract(new BigDecimal(q[i])).add(new BigDecimal(logRatio));
      divergence = divergence.add(probability.multiply(gap));
    }
    return divergence.doubleValue();
  }

  private static LogitRow row(float... logits) {
    LogitRow row = new LogitRow(logits.length);
    assertTrue(row.read(memory(logits)));
    return row;
  }

  private static MemorySegment memory(float... logits) {
    MemorySegment memory = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, logits.length);
    MemorySegment.copy(logits, 0, memory, ValueLayout.JAVA_FLOAT, 0, logits.length);
    return memory;
  }
}
