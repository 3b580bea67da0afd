package dev.mobilellm.runtime.bench;

import static dev.mobilellm.testkit.Moments.assertMoments;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.bench.ModelShape.Tensor;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandomWeightsTest {

  private static final ModelShape TINY = new ModelShape(2, 2, 1, 192, 256, 3000);

  /** Neighbouring encodings of the last column differ in how the head is stored. */
  @ParameterizedTest
  @CsvSource({
    "f32, f32, f32, f32",
    "f16, f16, f16, f16",
    "bf16, bf16, bf16, bf16",
    "q4-g64, affine-4bit-g64-bf16, affine-4bit-g64-bf16, bf16",
    "q4-g64+bf16-head, affine-4bit-g64-bf16, bf16, bf16",
    "q3-g32+q8-g64-head, affine-3bit-g32-bf16, affine-8bit-g64-bf16, bf16",
    "f32+f16-head, f32, f16, f32",
    "q2-g128, bf16, bf16, bf16",
  })
  void eachTensorHasItsEncoding(String name, String layers, String head, String norms) {
    try (RandomWeights weights = make(TINY, name)) {
      for (Tensor tensor : TINY.tensors()) {
        String wanted = tensor.isNorm() ? norms : tensor.isEmbedding() ? head : layers;
        WeightTensor found = weights.find(tensor.name()).orElseThrow();
        if (tensor.columns() == 192 || !name.equals("q2-g128")) {
          assertEquals(wanted, found.encoding().name(), tensor.name());
        } else {
          // The columns of o_proj and down_proj can be cut into groups of 128, the others cannot.
          assertEquals(
              tensor.columns() % 128 == 0 ? "affine-2bit-g128-bf16" : "bf16",
              found.encoding().name());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "f16", "bf16", "q2-g32", "q3-g64", "q4-g64", "q5-g32", "q8-g64"})
  void numbersAreThoseOfAModelBeforeItsTraining(String name) {
    try (RandomWeights weights = make(TINY, name)) {
      assertMoments(weights.find("model.embed_tokens.weight").orElseThrow(), 0, 0.02, 2e-4);
      assertMoments(
          weights.find("model.layers.1.feed_forward.up_proj.weight").orElseThrow(), 0, 0.02, 1e-3);
      double norms = name.startsWith("q") || name.equals("bf16") ? 6e-3 : 5e-3;
      assertMoments(weights.find("model.norm.weight").orElseThrow(), 1, 0.02, norms);
    }
  }

  @Test
  void namesAreInTheOrderOfTheFilesAndProgressEndsAtAll() {
    List<Long> done = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    LoadProgress progress =
        (stage, so, total) -> {
          done.add(so);
          totals.add(total);
        };
    try (RandomWeights weights = RandomWeights.make(TINY, WeightFormat.named("q4-g64"), progress)) {
      assertEquals(
          TINY.tensors().stream().map(Tensor::name).toList(), List.copyOf(weights.names()));
      assertEquals(weights.byteSize(), done.getLast());
      assertEquals(List.of(weights.byteSize()), totals.stream().distinct().toList());
      assertEquals(done.stream().sorted().toList(), done);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "int4", "q7-g64", "q4", "q4-g16", "q4-g64+bf16", "bf16+x-head", "F32"})
  void anUnknownEncoding(String name) {
    String message =
        assertThrows(UsageException.class, () -> WeightFormat.named(name)).getMessage();
    assertTrue(
        message.startsWith("There is no encoding \"" + name + "\"; there are: f32, f16, bf16, and"),
        message);
  }

  private static RandomWeights make(ModelShape shape, String format) {
    return RandomWeights.make(shape, WeightFormat.named(format), LoadProgress.NONE);
  }
}
