package dev.mobilellm.testkit.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.RandomWeights;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every primitive against numbers worked out by hand. */
class PrimitivesTest {

  private static final double EXACT = 1e-15;

  @Test
  void linearMultipliesByTheTransposeAndAddsTheBias() {
    WeightTensor weight = RandomWeights.of("w", 2, 1, 2, 3, 4, 5, 6);
    WeightTensor bias = RandomWeights.of("b", 3, 0.5f, 0, -0.5f);
    double[][] outputs = Matrix.times(new double[][] {{1, 10}, {2, -1}}, weight, Optional.of(bias));
    assertArrayEquals(new double[] {21.5, 43, 64.5}, outputs[0], EXACT);
    assertArrayEquals(new double[] {0.5, 2, 3.5}, outputs[1], EXACT);
  }

  @Test
  void normDividesEachGroupByItsOwnRoot() {
    double[] output =
        RootMeanSquare.norm(
            new double[] {3, 4, 6, 8}, new double[] {1, 1, 1, 2}, 2, 12.5); // means 12.5 and 50
    assertArrayEquals(
        new double[] {3 / 5.0, 4 / 5.0, 6 / Math.sqrt(62.5), 16 / Math.sqrt(62.5)}, output, EXACT);
  }

  @Test
  void rotationTurnsNeighbours() {
    // theta 16, headDim 4: frequencies 1 and 1/4. Two heads alike.
    RotaryEmbedding rotary = new RotaryEmbedding(4, 16);
    double[] output = Rotation.rotate(new double[] {1, 0, 0, 1, 1, 0, 0, 1}, 2, rotary);
    double[] head = {Math.cos(2), Math.sin(2), -Math.sin(0.5), Math.cos(0.5)};
    for (int i = 0; i < 8; i++) {
      assertEquals(head[i % 4], output[i], EXACT);
    }
    assertArrayEquals(
        new double[] {1, 2, 3, 4}, Rotation.rotate(new double[] {1, 2, 3, 4}, 0, rotary), EXACT);
  }

  @Test
  void softmaxBearsLargeScores() {
    double[] shares = SoftmaxAttention.softmax(new double[] {1e6, 1e6 + Math.log(3), -1e6});
    assertArrayEquals(new double[] {0.25, 0.75, 0}, shares, 1e-9);
  }

  @Test
  void headsShareKeysInOrderAndSeeTheirChunkOnly() {
    Memory memory = new Memory();
    memory.put(0, new double[] {9, 9}, new double[] {900, 900});
    memory.put(1, new double[] {9, 9}, new double[] {800, 800});
    memory.put(2, new double[] {0, 0}, new double[] {1, 10});
    memory.put(3, new double[] {1, 2}, new double[] {2, 20});
    // Four heads of one value over two; chunks of 2: position 3 sees 2 and 3. Tempered:
    // floor(4/4)=1.
    AttentionShape shape =
        new AttentionShape(4, 2, 1, 0.5f, 2, Optional.of(new AttentionShape.Temper(4, 1)));
    float factor = (float) (Math.log(2) + 1);
    double[] output = SoftmaxAttention.attend(new double[] {0, 1, 0, 1}, 3, memory, shape);
    double first = 1 / (1 + Math.exp(-0.5 * factor)); // share of position 3: score 0.5 * 1 * 1
    double second = 1 / (1 + Math.exp(-0.5 * factor * 2));
    assertArrayEquals(new double[] {1.5, 1 + first, 15, 10 + 10 * second}, output, 1e-12);
  }

  @Test
  void memoryForgetsWhatFollowsAnEarlierPosition() {
    Memory memory = new Memory();
    memory.put(0, new double[] {1}, new double[] {1});
    memory.put(1, new double[] {2}, new double[] {2});
    memory.put(1, new double[] {3}, new double[] {3});
    memory.put(2, new double[] {4}, new double[] {4});
    assertEquals(3, memory.key(1)[0]);
    assertEquals(4, memory.value(2)[0]);
  }

  @Test
  void affineRowsAreDecodedByTheirEncoding() {
    // 3 bits: values cross words. Row r decodes to scale * q + bias of the same stream read bit by
    // bit.
    WeightTensor tensor =
        new RandomWeights(5).matrix("w", 3, 96, new AffineGroups(3, 32, DType.F16));
    double[] row = Matrix.row(tensor, 2);
    for (int c = 0; c < 96; c++) {
      int q = 0;
      for (int bit = 0; bit < 3; bit++) {
        long at = (2L * 96 + c) * 3 + bit;
        int octet = tensor.parts().get(0).get(ValueLayout.JAVA_BYTE, at / 8);
        q |= (octet >> (at % 8) & 1) << bit;
      }
      long group = (2L * 3 + c / 32) * 2;
      float scale = DType.F16.get(tensor.parts().get(1), group);
      float bias = DType.F16.get(tensor.parts().get(2), group);
      assertEquals((double) scale * q + bias, row[c], 1e-7);
    }
  }
}
