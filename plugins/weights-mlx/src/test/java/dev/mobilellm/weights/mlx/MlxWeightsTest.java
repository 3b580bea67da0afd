package dev.mobilellm.weights.mlx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.checkpoint.StorageType;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MlxWeightsTest {

  private static final String COMMON = "{\"quantization\":{\"group_size\":64,\"bits\":4}}";

  @TempDir Path directory;
  private TestCheckpoint checkpoint;

  @BeforeEach
  void start() {
    checkpoint = new TestCheckpoint(directory);
  }

  @Test
  void matchesWhatMlxQuantized() throws IOException {
    MlxWeights provider = new MlxWeights();
    checkpoint.matrix("q", 4, 64, 64);
    assertTrue(provider.matches(checkpoint.write(COMMON)).matches());
    assertTrue(provider.matches(checkpoint.write("{\"quantization_config\":{}}")).matches());
    assertTrue(provider.matches(checkpoint.write("{}")).matches());
    CheckpointFiles plain =
        new TestCheckpoint(directory).tensor("a.weight", StorageType.F32, 2).write("{}");
    assertFalse(provider.matches(plain).matches());
    Files.write(directory.resolve("model.safetensors"), new byte[3]);
    assertFalse(provider.matches(plain).matches());
    Files.delete(directory.resolve("model.safetensors"));
    assertFalse(provider.matches(CheckpointFiles.open(directory)).matches());
  }

  @Test
  void namesAreTheLogicalTensors() throws IOException {
    checkpoint
        .matrix("q", 4, 64, 128)
        .tensor("q.bias", StorageType.F32, 3)
        .tensor("norm.weight", StorageType.F16, 5);
    try (WeightSource source = new MlxWeights().open(checkpoint.write(COMMON))) {
      assertEquals(List.of("q.weight", "q.bias", "norm.weight"), List.copyOf(source.names()));
      assertEquals(new AffineGroups(4, 64, DType.BF16), encoding(source, "q.weight"));
      assertEquals(128, source.find("q.weight").orElseThrow().columns());
      assertEquals(new Dense(DType.F32), encoding(source, "q.bias"));
      assertEquals(new Dense(DType.F16), encoding(source, "norm.weight"));
      assertTrue(source.find("q.scales").isEmpty());
      assertTrue(source.find("nothing").isEmpty());
      assertThrows(UnsupportedOperationException.class, () -> source.names().clear());
    }
  }

  @Test
  void entriesOfTheirOwn() throws IOException {
    checkpoint
        .matrix("model.a", 8, 32, 96)
        .matrix("b", 3, 128, 128)
        .matrix("language_model.model.c", 4, 64, 64)
        .matrix("d", 5, 64, 64)
        .matrix("e", 6, 32, 64)
        .tensor("f.weight", StorageType.BF16, 2, 2);
    String config =
        """
        {"quantization": {"group_size": 64, "bits": 4, "mode": "affine",
          "language_model.model.a": {"group_size": 32, "bits": 8},
          "model.b": {"group_size": 128, "bits": 3, "mode": "affine"},
          "model.c": true,
          "d": {"bits": 5},
          "e": {"group_size": 32},
          "f": false, "g": null}}\
        """;
    try (WeightSource source = new MlxWeights().open(checkpoint.write(config))) {
      assertEquals(new AffineGroups(8, 32, DType.BF16), encoding(source, "model.a.weight"));
      assertEquals(new AffineGroups(3, 128, DType.BF16), encoding(source, "b.weight"));
      assertEquals(
          new AffineGroups(4, 64, DType.BF16), encoding(source, "language_model.model.c.weight"));
      assertEquals(new AffineGroups(5, 64, DType.BF16), encoding(source, "d.weight"));
      assertEquals(new AffineGroups(6, 32, DType.BF16), encoding(source, "e.weight"));
      assertEquals(new Dense(DType.BF16), encoding(source, "f.weight"));
    }
  }

  @Test
  void repeatedConfigIsReadOnce() throws IOException {
    checkpoint.matrix("q", 4, 64, 64);
    String both =
        "{\"quantization\":{\"group_size\":64,\"bits\":4},"
            + "\"quantization_config\":{\"group_size\":64,\"bits\":4}}";
    new MlxWeights().open(checkpoint.write(both)).close();
    new MlxWeights().open(checkpoint.write(COMMON.replace("ion\"", "ion_config\""))).close();
  }

  @Test
  void configAndShapesDisagree() throws IOException {
    checkpoint.matrix("q", 8, 32, 64);
    assertSays(
        "{\"quantization\":{\"group_size\":32,\"bits\":4}}",
        "model.safetensors",
        "\"q.weight\"",
        "8 bits",
        "4 bits in groups of 32");
    assertSays(
        "{\"quantization\":{\"group_size\":48}}", "\"q.weight\"", "does not fit groups of 48");
    assertSays("{\"quantization\":{\"bits\":7}}", "\"q.weight\"", "does not fit 7 bits");
    assertSays("{\"quantization\":{\"bits\":1000}}", "\"q.weight\"", "does not fit 1000 bits");
    assertSays("{}", "\"q.weight\"", "need a \"quantization\" in config.json");
  }

  @Test
  void entryThatFitsNoTensor() throws IOException {
    checkpoint.matrix("q", 4, 64, 64);
    assertSays(
        COMMON.replace("4}", "4,\"model.layers.9.q_proj\":{\"bits\":4}}"),
        "config.json, \"quantization\"",
        "the entry \"model.layers.9.q_proj\" fits no tensor");
    assertSays(COMMON.replace("4}", "4,\"gone\":false}"), "the entry \"gone\" fits no tensor");
    assertSays(
        COMMON.replace("4}", "4,\"q\":true,\"model.q\":true}"),
        "both mean the tensor \"q.weight\"");
    assertSays(COMMON.replace("4}", "4,\"a.b\":8}"), "\"a.b\" should be an object, true or false");
  }

  @Test
  void pathsThatDifferOnlyByPrefixes() throws IOException {
    checkpoint.matrix("q", 4, 64, 64).matrix("model.q", 8, 64, 64);
    String config = COMMON.replace("4}", "4,\"model.q\":{\"group_size\":64,\"bits\":8}}");
    try (WeightSource source = new MlxWeights().open(checkpoint.write(config))) {
      assertEquals(new AffineGroups(8, 64, DType.BF16), encoding(source, "model.q.weight"));
      assertEquals(new AffineGroups(4, 64, DType.BF16), encoding(source, "q.weight"));
    }
    assertSays(
        config.replace("model.q", "language_model.q"), "\"language_model.q\" fits no tensor");
  }

  @Test
  void entryAgainstTheTensor() throws IOException {
    checkpoint.matrix("q", 4, 64, 64).tensor("f.weight", StorageType.F32, 2, 64);
    assertSays(
        COMMON.replace("4}", "4,\"q\":false}"),
        "tensor \"q.scales\" is there, but config.json, \"quantization\" says false for q");
    assertSays(
        COMMON.replace("4}", "4,\"f\":{\"bits\":4,\"group_size\":64}}"),
        "tensor \"f.weight\" has no .scales, but config.json");
    assertSays(COMMON.replace("4}", "4,\"f\":true}"), "tensor \"f.weight\" has no .scales");
  }

  @Test
  void newerModesAndOtherQuantizers() throws IOException {
    checkpoint.matrix("q", 4, 64, 64);
    for (String mode : List.of("mxfp4", "mxfp8", "nvfp4")) {
      assertSays(
          COMMON.replace("4}", "4,\"mode\":\"" + mode + "\"}"), "\"q.weight\"", "\"" + mode + "\"");
      assertSays(
          COMMON.replace("4}", "4,\"q\":{\"bits\":4,\"mode\":\"" + mode + "\"}}"),
          "\"q.weight\"",
          "\"" + mode + "\"");
    }
    assertSays(
        "{\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":4,\"desc_act\":false}}",
        "config.json, \"quantization_config\"",
        "\"gptq\" weights cannot be read");
    assertSays("{\"quantization\":4}", "\"quantization\" should be an object, found 4");
    assertSays("{\"quantization\":{\"bits\":0,\"group_size\":64}}", "\"bits\" should be");
  }

  @Test
  void partsMissing() throws IOException {
    checkpoint.tensor("q.weight", StorageType.U32, 3, 8).tensor("q.scales", StorageType.BF16, 3, 1);
    assertSays(COMMON, "tensor \"q.scales\" has no .biases");
    assertLoneTensor("q.weight", "holds quantized words, but there is no \"q.scales\"");
    assertLoneTensor("q.scales", "there is no \"q.weight\"");
    assertLoneTensor("q.biases", "there is no \"q.scales\"");
  }

  @Test
  void partsOfOtherTypesOrShapes() throws IOException {
    assertParts(
        StorageType.F32, "3,64", StorageType.F32, "3,1", StorageType.F32, "3,1", "dtype F32");
    assertParts(
        StorageType.U32, "3,8", StorageType.F32, "3,1", StorageType.F16, "3,1", "biases\" is F16");
    assertParts(StorageType.U32, "3,8", StorageType.F32, "3,1", StorageType.F32, "3,2", "[3, 2]");
    assertParts(StorageType.U32, "3,8", StorageType.U8, "3,1", StorageType.U8, "3,1", "dtype U8");
    assertParts(
        StorageType.U32, "3,8", StorageType.F32, "2,1", StorageType.F32, "2,1", "many rows");
    assertParts(StorageType.U32, "3,8", StorageType.F32, "3", StorageType.F32, "3", "many rows");
    assertParts(StorageType.U32, "24", StorageType.F32, "3,1", StorageType.F32, "3,1", "many rows");
    assertParts(
        StorageType.U32, "3,7", StorageType.F32, "3,3", StorageType.F32, "3,3", "whole words");
    assertParts(
        StorageType.U32, "3,0", StorageType.F32, "3,1", StorageType.F32, "3,1", "whole words");
    assertParts(
        StorageType.U32, "3,8", StorageType.F32, "3,0", StorageType.F32, "3,0", "whole words");
    assertParts(
        StorageType.U32, "0,8", StorageType.F32, "0,1", StorageType.F32, "0,1", "are empty");
    assertParts(StorageType.U32, "3,9", StorageType.F32, "3,1", StorageType.F32, "3,1", "288 bits");
  }

  @Test
  void floatsOfOtherTypesFailWhenTheyAreTaken() throws IOException {
    checkpoint.tensor("i.weight", StorageType.I64, 3).matrix("q", 4, 64, 64);
    try (WeightSource source = new MlxWeights().open(checkpoint.write(COMMON))) {
      String message =
          assertThrows(ModelException.class, () -> source.find("i.weight")).getMessage();
      assertTrue(message.contains("tensor \"i.weight\" has the dtype I64"), message);
    }
  }

  private void assertParts(
      StorageType words,
      String wordShape,
      StorageType scales,
      String scaleShape,
      StorageType biases,
      String biasShape,
      String problem)
      throws IOException {
    checkpoint =
        new TestCheckpoint(directory)
            .tensor("q.weight", words, sizes(wordShape))
            .tensor("q.scales", scales, sizes(scaleShape))
            .tensor("q.biases", biases, sizes(biasShape));
    assertSays(COMMON, "tensor \"q.", problem);
  }

  private void assertLoneTensor(String name, String problem) throws IOException {
    checkpoint = new TestCheckpoint(directory).tensor(name, StorageType.U32, 3, 8);
    assertSays(COMMON, "tensor \"" + name + "\"", problem);
  }

  private void assertSays(String config, String... parts) throws IOException {
    CheckpointFiles files = checkpoint.write(config);
    String message =
        assertThrows(ModelException.class, () -> new MlxWeights().open(files)).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  private static WeightEncoding encoding(WeightSource source, String name) {
    return source.find(name).orElseThrow().encoding();
  }

  private static long[] sizes(String shape) {
    return Arrays.stream(shape.split(",")).mapToLong(Long::parseLong).toArray();
  }
}
