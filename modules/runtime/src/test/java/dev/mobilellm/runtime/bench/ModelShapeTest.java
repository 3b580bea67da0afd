package dev.mobilellm.runtime.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.model.ModelConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelShapeTest {

  /** Of the published size, which is counted apart from the code. */
  @ParameterizedTest
  @CsvSource({"140M, 140248512", "360M, 359431168", "950M, 949685760"})
  void shapesHaveThePublishedParameters(String name, long parameters) {
    assertEquals(
        parameters,
        ModelShape.named(name).tensors().stream()
            .mapToLong(tensor -> (long) tensor.rows() * tensor.columns())
            .sum());
  }

  @Test
  void theConfigurationIsThatOfTheShape() {
    ModelConfig config = ModelShape.named("950M").files().config();
    assertEquals("llama4_text", config.modelType());
    assertEquals(22, config.numHiddenLayers());
    assertEquals(24, config.heads());
    assertEquals(6, config.kvHeads());
    assertEquals(64, config.headDim());
    assertEquals(6144, config.intermediateSizeMlp());
    assertEquals(ModelShape.named("950M").context(), config.maxPositionEmbeddings());
    assertFalse(ModelShape.named("950M").files().has("tokenizer.json"));
  }

  @Test
  void anUnknownShape() {
    assertEquals(
        "There is no shape \"1B\"; there are: 140M, 360M, 950M.",
        assertThrows(UsageException.class, () -> ModelShape.named("1B")).getMessage());
  }
}
