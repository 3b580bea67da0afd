package dev.mobilellm.benchmarks;

import static dev.mobilellm.testkit.Moments.assertMoments;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.checkpoint.CheckpointTensors;
import dev.mobilellm.checkpoint.ValueCheck;
import dev.mobilellm.runtime.bench.ModelShape;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.WeightTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomCheckpointTest {

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(DType.class)
  void writesAReadableCheckpointOfRandomNumbers(DType type) {
    ModelShape small = new ModelShape(2, 3, 1, 9, 7, 128_256);
    RandomCheckpoint.write(small, type, directory.resolve("new"), 5);
    CheckpointFiles files = CheckpointFiles.open(directory.resolve("new"));
    assertEquals(3, files.config().heads());
    assertEquals(7, files.config().intermediateSizeMlp());
    try (CheckpointTensors tensors = CheckpointTensors.open(files)) {
      assertEquals(20, tensors.tensors().size());
      WeightTensor embedding = tensors.tensors().get("model.embed_tokens.weight").dense();
      assertEquals(128_256, embedding.rows());
      assertTrue(ValueCheck.of(embedding).finite());
      assertMoments(embedding, 0, 0.02, 1e-3);
      assertMoments(tensors.tensors().get("model.norm.weight").dense(), 1, 0.02, 0.03);
    }
  }

  @Test
  void sameSeedSameBytes() throws IOException {
    ModelShape small = new ModelShape(1, 1, 1, 3, 2, 1000);
    RandomCheckpoint.write(small, DType.BF16, directory.resolve("a"), 1);
    RandomCheckpoint.write(small, DType.BF16, directory.resolve("b"), 1);
    RandomCheckpoint.write(small, DType.BF16, directory.resolve("c"), 2);
    assertEquals(-1, Files.mismatch(weights("a"), weights("b")));
    assertTrue(Files.mismatch(weights("a"), weights("c")) > 0);
  }

  @Test
  void wrongArguments() {
    String[][] wrong = {{}, {"140M", "bf16"}, {"1B", "bf16", "x"}, {"140M", "int4", "x"}};
    for (String[] args : wrong) {
      String message =
          assertThrows(ModelException.class, () -> RandomCheckpoint.main(args)).getMessage();
      assertTrue(message.startsWith("Wanted are SHAPE"), message);
    }
  }

  private Path weights(String name) {
    return directory.resolve(name).resolve("model.safetensors");
  }
}
