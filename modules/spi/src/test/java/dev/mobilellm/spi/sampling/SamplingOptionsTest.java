package dev.mobilellm.spi.sampling;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mobilellm.spi.UsageException;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is out of range is refused with the option, its range and what was given. */
class SamplingOptionsTest {

  @Test
  void edgesAreInRange() {
    assertDoesNotThrow(() -> options(0, 0, 0, 0, 1e-9, -2, -2, Map.of()));
    assertDoesNotThrow(
        () -> options(1e6, Integer.MAX_VALUE, 1, 1, 1e6, 2, 2, Map.of(1, Float.NEGATIVE_INFINITY)));
  }

  @Test
  void outOfRangeIsOneSentence() {
    refuses("temperature must be between 0 and 1000000, found -0.1.", -0.1, 0, 1, 0, 1);
    refuses("temperature must be between 0 and 1000000, found NaN.", Double.NaN, 0, 1, 0, 1);
    refuses("temperature must be between 0 and 1000000, found Infinity.", 1 / 0.0, 0, 1, 0, 1);
    refuses("top-k must be 0 (all) or greater, found -1.", 1, -1, 1, 0, 1);
    refuses("top-p must be between 0 and 1, found 1.01.", 1, 0, 1.01, 0, 1);
    refuses("top-p must be between 0 and 1, found -0.5.", 1, 0, -0.5, 0, 1);
    refuses("top-p must be between 0 and 1, found NaN.", 1, 0, Double.NaN, 0, 1);
    refuses("min-p must be between 0 and 1, found 2.0.", 1, 0, 1, 2, 1);
    refuses("min-p must be between 0 and 1, found -0.1.", 1, 0, 1, -0.1, 1);
    refuses(
        "repetition-penalty must be greater than 0 and at most 1000000, found 0.0.", 1, 0, 1, 0, 0);
    refuses(
        "repetition-penalty must be greater than 0 and at most 1000000, found -1.5.",
        1,
        0,
        1,
        0,
        -1.5);
  }

  @Test
  void penaltiesAndBiasesAreNumbers() {
    refuses(
        "frequency-penalty must be between -1000000 and 1000000, found NaN.",
        () -> options(1, 0, 1, 0, 1, Double.NaN, 0, Map.of()));
    refuses(
        "presence-penalty must be between -1000000 and 1000000, found 1.0E7.",
        () -> options(1, 0, 1, 0, 1, 0, 1e7, Map.of()));
    refuses(
        "logit-bias of token 7 must be -Infinity or a number up to 1000000, found NaN.",
        () -> options(1, 0, 1, 0, 1, 0, 0, Map.of(7, Float.NaN)));
    refuses(
        "logit-bias of token 7 must be -Infinity or a number up to 1000000, found Infinity.",
        () -> options(1, 0, 1, 0, 1, 0, 0, Map.of(7, Float.POSITIVE_INFINITY)));
  }

  private static void refuses(
      String message, double temperature, int topK, double topP, double minP, double repetition) {
    refuses(message, () -> options(temperature, topK, topP, minP, repetition, 0, 0, Map.of()));
  }

  private static void refuses(String message, Runnable runnable) {
    assertEquals(message, assertThrows(UsageException.class, runnable::run).getMessage());
  }

  private static SamplingOptions options(
      double temperature,
      int topK,
      double topP,
      double minP,
      double repetitionPenalty,
      double frequencyPenalty,
      double presencePenalty,
      Map<Integer, Float> logitBias) {
    return new SamplingOptions(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        logitBias,
        OptionalLong.empty(),
        Map.of());
  }
}
