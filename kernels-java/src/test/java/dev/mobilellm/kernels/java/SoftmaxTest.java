package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.testkit.Programs;
import dev.mobilellm.testkit.RandomWeights;
import dev.mobilellm.testkit.Runs;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attention over scores of any size. Queries and keys are small whole numbers and the scale is a
 * power of two, so that scores are exact and only the softmax is measured.
 */
@Tag("every-vector-width")
class SoftmaxTest {

  private static final int VOCABULARY = 23;
  private static final int HEAD = 8;
  private static final int[] TOKENS = Programs.tokens(530, VOCABULARY, 1);

  /** From all equal, over huge differences, to all far below zero. */
  @ParameterizedTest
  @ValueSource(floats = {0, 0x1p-6f, 1, 0x1p10f, 0x1p100f, -0x1p-3f, -0x1p10f, -0x1p100f})
  void agreesWithTheReference(float scale) {
    Random random = new Random(2);
    float[] table = new float[VOCABULARY * HEAD];
    for (int i = 0; i < table.length; i++) {
      table[i] = random.nextInt(1, 4);
    }
    assertAgrees(program(table, scale));
  }

  @Test
  void equalTokensAreTheirOwnMean() {
    float[] table = new float[VOCABULARY * HEAD];
    for (int i = 0; i < table.length; i++) {
      table[i] = i % HEAD - 3;
    }
    try (ComputeDevice device = Devices.java(2);
        CompiledProgram program = device.compile(program(table, 1024), LoadProgress.NONE)) {
      for (float[] row : Runs.logits(program, TOKENS, 64)) {
        for (int i = 0; i < VOCABULARY; i++) {
          assertEquals(i % HEAD - 3, row[i], 1e-5);
        }
      }
    }
  }

  private static void assertAgrees(Program program) {
    try (ComputeDevice reference = Devices.reference();
        ComputeDevice device = Devices.java(2);
        CompiledProgram exact = reference.compile(program, LoadProgress.NONE);
        CompiledProgram tested = device.compile(program, LoadProgress.NONE)) {
      float[][] expected = Runs.logits(exact, TOKENS, TOKENS.length);
      for (int step : new int[] {1, 64}) {
        double distance = Runs.distance(expected, Runs.logits(tested, TOKENS, step));
        assertTrue(distance < 1e-5, () -> "off by " + distance);
      }
    }
  }

  /** Embeddings are queries, keys and values at once; logit i is value {@code i % HEAD}. */
  private static Program program(float[] table, float scale) {
    GraphBuilder graph = new GraphBuilder();
    Value embedded = graph.embed(RandomWeights.of("table", HEAD, table));
    AttentionShape shape = new AttentionShape(1, 1, HEAD, scale, 0, Optional.empty());
    Value attended = graph.attention(embedded, embedded, embedded, graph.newCache(1, HEAD), shape);
    float[] pick = new float[VOCABULARY * HEAD];
    for (int i = 0; i < VOCABULARY; i++) {
      pick[i * HEAD + i % HEAD] = 1;
    }
    return graph.build(
        graph.linear(
            graph.selectWanted(attended), RandomWeights.of("pick", HEAD, pick), Optional.empty()));
  }
}
