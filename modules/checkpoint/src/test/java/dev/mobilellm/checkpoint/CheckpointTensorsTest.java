package dev.mobilellm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.WeightTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTensorsTest {

  @TempDir Path directory;

  @BeforeEach
  void writeConfig() throws IOException {
    Files.writeString(directory.resolve("config.json"), "{}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.safetensors",
        "weights.safetensors",
        "weights.00.safetensors",
        "model-00001-of-00001.safetensors"
      })
  void oneFileUnderAnyName(String name) throws IOException {
    vector(name, "a");
    assertNames("a");
    assertTrue(CheckpointTensors.present(CheckpointFiles.open(directory)).matches());
  }

  @Test
  void shardsWithoutIndexInTheOrderOfTheirNumbers() throws IOException {
    for (int i = 12; i >= 1; i--) {
      vector("model-%d-of-12.safetensors".formatted(i), "t" + i);
    }
    assertNames("t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11", "t12");
  }

  @Test
  void shardsOfMlxWithoutIndex() throws IOException {
    vector("weights.01.safetensors", "b");
    vector("weights.00.safetensors", "a");
    assertNames("a", "b");
    Files.delete(directory.resolve("weights.00.safetensors"));
    assertSays("lacks the shards weights.00.safetensors");
  }

  @Test
  void gapsAreNamed() throws IOException {
    vector("model-00002-of-00004.safetensors", "a");
    assertSays(
        "lacks the shards model-00001-of-00004.safetensors, model-00003-of-00004.safetensors,"
            + " model-00004-of-00004.safetensors");
  }

  @Test
  void absurdShardCount() throws IOException {
    vector("model-000000001-of-999999999.safetensors", "a");
    assertSays("model-000000002-of-999999999.safetensors");
  }

  @Test
  void shardsOfDifferentSets() throws IOException {
    vector("model-00001-of-00001.safetensors", "a");
    vector("model-00001-of-00002.safetensors", "b");
    assertSays("different sets", "model-00001-of-00001", "model-00001-of-00002");
  }

  @Test
  void sameTensorTwice() throws IOException {
    vector("model-00001-of-00002.safetensors", "a");
    vector("model-00002-of-00002.safetensors", "a");
    assertSays("Tensor \"a\" is in two files", "00001-of", "00002-of");
  }

  @Test
  void indexIsFollowed() throws IOException {
    vector("one.safetensors", "a");
    Files.createDirectory(directory.resolve("sub"));
    vector("sub/two.safetensors", "b");
    index("{\"a\":\"one.safetensors\",\"b\":\"sub/two.safetensors\"}");
    assertNames("a", "b");
  }

  @Test
  void missingShardIsNamed() throws IOException {
    vector("one.safetensors", "a");
    index("{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}");
    assertSays("The shard", "two.safetensors is missing", "model.safetensors.index.json");
  }

  @Test
  void indexAndShardsDisagree() throws IOException {
    vector("one.safetensors", "a");
    index("{\"a\":\"one.safetensors\",\"b\":\"one.safetensors\"}");
    assertSays("one.safetensors lacks the tensor \"b\"");
    vector("two.safetensors", "c");
    index("{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}");
    assertSays("two.safetensors lacks the tensor \"b\"");
    RawFile.write(
        directory.resolve("one.safetensors"),
        "{"
            + RawFile.entry("a", "U8", "1", 0, 1)
            + ","
            + RawFile.entry("extra", "U8", "1", 1, 2)
            + "}",
        2);
    index("{\"a\":\"one.safetensors\"}");
    assertSays("one.safetensors: tensor \"extra\" is not in model.safetensors.index.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x.safetensors", "/x.safetensors", "a/../../x", ".", "", "a\\u0000b"})
  void indexStaysInTheFolder(String path) throws IOException {
    vector("one.safetensors", "a");
    index("{\"a\":\"" + path + "\"}");
    assertSays("model.safetensors.index.json", "\"a\" should be a file inside the checkpoint");
  }

  @Test
  void wrongIndex() throws IOException {
    index("{\"a\":3}");
    assertSays("\"a\" should be the name of a file, found 3");
    index("{}");
    assertSays("\"weight_map\" names no tensors");
    index("[]");
    assertSays("\"weight_map\" should be an object");
    Files.writeString(directory.resolve(WeightFiles.INDEX), "{}");
    assertSays("\"weight_map\" is missing");
    Files.writeString(directory.resolve(WeightFiles.INDEX), "{\n,");
    assertSays("model.safetensors.index.json, line 2");
  }

  @Test
  void noWeights() throws IOException {
    assertSays("holds no weights: put model.safetensors beside config.json");
    Files.writeString(directory.resolve("pytorch_model.bin"), "");
    assertSays("as safetensors", "convert pytorch_model.bin");
    vector("consolidated.safetensors", "a");
    assertSays("rename consolidated.safetensors to model.safetensors");
    Match match = CheckpointTensors.present(CheckpointFiles.open(directory));
    assertFalse(match.matches());
    assertFalse(match.reason().endsWith("."), match.reason());
  }

  @Test
  void closingTwiceIsHarmlessAndUnmaps() throws IOException {
    vector("model.safetensors", "a");
    CheckpointTensors tensors = CheckpointTensors.open(CheckpointFiles.open(directory));
    StoredTensor tensor = tensors.tensors().get("a");
    tensors.close();
    tensors.close();
    assertFalse(tensor.data().scope().isAlive());
  }

  @Test
  void denseWeightsAreFloatVectorsAndMatrices() throws IOException {
    assertEquals(1, dense("F32", "2", 8).rows());
    assertEquals(2, dense("F32", "2", 8).columns());
    assertEquals(3, dense("BF16", "3,5", 30).rows());
    assertEquals(5, dense("F16", "3,5", 30).columns());
    assertNotDense("I64", "1", 8, "dtype I64; weights are F32, F16 or BF16");
    assertNotDense("F64", "1", 8, "dtype F64");
    assertNotDense("F32", "", 4, "shape []");
    assertNotDense("F32", "1,1,1", 4, "shape [1, 1, 1]");
    assertNotDense("F32", "0,3", 0, "shape [0, 3]");
    assertNotDense("F32", "0,99999999999", 0, "shape [0, 99999999999]");
  }

  private void assertNotDense(String dtype, String shape, int size, String problem) {
    String message =
        assertThrows(ModelException.class, () -> dense(dtype, shape, size)).getMessage();
    assertTrue(message.contains("model.safetensors: tensor \"t\" has the " + problem), message);
  }

  private WeightTensor dense(String dtype, String shape, int size) throws IOException {
    RawFile.write(
        directory.resolve("model.safetensors"),
        "{" + RawFile.entry("t", dtype, shape, 0, size) + "}",
        size);
    try (CheckpointTensors tensors = CheckpointTensors.open(CheckpointFiles.open(directory))) {
      return tensors.tensors().get("t").dense();
    }
  }

  private void vector(String file, String tensor) throws IOException {
    RawFile.writeVector(directory.resolve(file), tensor);
  }

  private void index(String map) throws IOException {
    Files.writeString(
        directory.resolve(WeightFiles.INDEX), "{\"metadata\":{},\"weight_map\":" + map + "}");
  }

  private void assertNames(String... names) {
    try (CheckpointTensors tensors = CheckpointTensors.open(CheckpointFiles.open(directory))) {
      assertEquals(List.of(names), List.copyOf(tensors.tensors().keySet()));
    }
  }

  private void assertSays(String... parts) {
    CheckpointFiles files = CheckpointFiles.open(directory);
    String message =
        assertThrows(ModelException.class, () -> CheckpointTensors.open(files)).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
