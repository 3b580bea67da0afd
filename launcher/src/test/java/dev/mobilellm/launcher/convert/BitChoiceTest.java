package dev.mobilellm.launcher.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Four matrices of 64 columns; at groups of 64 in bfloat16 a weight has 4.5 or 8.5 bits. */
class BitChoiceTest {

  private static final WeightSource WEIGHTS =
      new Zeros()
          .matrix("a.weight", 10, 64)
          .matrix("b.weight", 10, 64)
          .matrix("c.weight", 60, 64)
          .matrix("d.weight", 20, 64);

  /** Per weight d is the most sensitive, then a, then c, though c's is the largest in all. */
  private static final Map<String, Double> DIVERGENCES =
      Map.of("a", 0.3, "b", 0.001, "c", 0.9, "d", 0.8);

  /** What is raised costs 4 bits for its share of the weights: d 0.2, a 0.1, c 0.6, b 0.1. */
  @ParameterizedTest
  @CsvSource({
    "4.5, '', 4.5",
    "5.2, '', 4.5",
    "5.3, d, 5.3",
    "5.69, d, 5.3",
    "5.7, a d, 5.7",
    "8.09, a d, 5.7",
    "8.1, a c d, 8.1",
    "8.5, a b c d, 8.5"
  })
  void theMostSensitivePerWeightUpToTheTarget(double target, String raised, double reached) {
    ConversionPlan low = plan(4);
    ConversionPlan high = plan(8);
    BitChoice.requireReachable(low, high, target);
    BitChoice choice = BitChoice.of(low, high, DIVERGENCES, target);
    TreeSet<String> found = new TreeSet<>();
    choice.choices().forEach((path, one) -> addIf(one.bits() == 8, path, found));
    assertEquals(raised, String.join(" ", found));
    assertEquals(reached, choice.bitsPerWeight(), 1e-9);
    ConversionPlan mixed = plan(choice::bits);
    assertEquals(reached, mixed.byteSize() * 8.0 / mixed.size(), 1e-9);
  }

  @Test
  void theConfigNamesTheFewer() {
    ConversionPlan mixed = plan(path -> path.equals("c") ? 8 : 4);
    assertEquals(8, mixed.config().orElseThrow().common().bits());
    assertEquals(
        List.of("a", "b", "d"),
        mixed.config().orElseThrow().exceptions().keySet().stream().sorted().toList());
  }

  @Test
  void targetsBelowAndAbove() {
    for (double target : new double[] {4.49, 8.51}) {
      UsageException e =
          assertThrows(
              UsageException.class, () -> BitChoice.requireReachable(plan(4), plan(8), target));
      assertTrue(e.getMessage().contains("4.50 bits per weight at --low-bits and 8.50"));
    }
  }

  private static ConversionPlan plan(int bits) {
    return plan(path -> bits);
  }

  private static ConversionPlan plan(ToIntFunction<String> bits) {
    return ConversionPlan.of(
        WEIGHTS, true, new ConversionPlan.Wish(Optional.of(DType.BF16), 64, false), bits);
  }

  private static void addIf(boolean wanted, String path, TreeSet<String> found) {
    if (wanted) {
      found.add(path);
    }
  }
}
