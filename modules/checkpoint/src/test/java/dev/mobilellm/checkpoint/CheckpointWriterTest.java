package dev.mobilellm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.SafetensorsWriter.Tensor;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {

  private static final List<Tensor> TENSORS =
      List.of(
          new Tensor("a", StorageType.U8, List.of(5L)),
          new Tensor("b", StorageType.U8, List.of(3L)),
          new Tensor("c", StorageType.U8, List.of(9L)),
          new Tensor("d", StorageType.U8, List.of(2L)));

  @TempDir Path folder;
  private Path config;
  private Path target;

  @BeforeEach
  void files() throws IOException {
    config = folder.resolve("config.json");
    target = folder.resolve("new/out");
    Files.writeString(
        config,
        """
        {"z": 1e-05, "quantization": {"bits": 2, "x": [1, {}]}, "a": [1, {"b": null}], "é": "\\u00e9",
         "big": 123456789012345678901234567890, "t": true}
        """);
  }

  @Test
  void oneFile() throws IOException {
    try (CheckpointWriter writer = CheckpointWriter.create(target, TENSORS)) {
      fill(writer, TENSORS.size());
      writer.config(config, Optional.empty());
      writer.copy(Files.writeString(folder.resolve("tokenizer.json"), "{}"));
      assertFalse(Files.exists(target), "there before it is complete");
      writer.commit();
    }
    assertEquals(
        List.of("config.json", "model.safetensors", "tokenizer.json"),
        CheckpointFiles.fileNames(target));
    assertRead();
    assertEquals(1, entries(target.getParent()), "something was left");
  }

  @Test
  void shardsWithAnIndex() {
    try (CheckpointWriter writer = CheckpointWriter.create(target, TENSORS, 8)) {
      fill(writer, TENSORS.size());
      writer.config(config, Optional.empty());
      writer.commit();
    }
    assertEquals(
        List.of(
            "config.json",
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            "model.safetensors.index.json"),
        CheckpointFiles.fileNames(target));
    assertRead();
  }

  @Test
  void theConfigKeepsKeysOrderAndSpelling() throws IOException {
    SequencedMap<String, AffineGroups> exceptions = new LinkedHashMap<>();
    exceptions.put("model.layers.0.o_proj", new AffineGroups(8, 64, DType.BF16));
    AffineConfig affine = new AffineConfig(new AffineGroups(4, 64, DType.BF16), exceptions);
    try (CheckpointWriter writer = CheckpointWriter.create(target, List.of())) {
      writer.config(config, Optional.of(affine));
      writer.commit();
    }
    String object =
        "{\"group_size\":64,\"bits\":4,\"mode\":\"affine\","
            + "\"model.layers.0.o_proj\":{\"group_size\":64,\"bits\":8}}";
    assertEquals(
        "{\"z\":1e-05,\"a\":[1,{\"b\":null}],\"é\":\"é\",\"big\":123456789012345678901234567890,"
            + "\"t\":true,\"quantization\":%s,\"quantization_config\":%s}"
                .formatted(object, object),
        Files.readString(target.resolve("config.json")).replaceAll("\\s", ""));
  }

  @Test
  void nothingIsLeftOfWhatWasNotCommitted() throws IOException {
    Files.createDirectories(target);
    CheckpointWriter writer = CheckpointWriter.create(target, TENSORS);
    fill(writer, 2);
    assertEquals(2, entries(target.getParent()));
    assertThrows(IllegalStateException.class, writer::commit);
    writer.close();
    assertEquals(1, entries(target.getParent()));
    assertEquals(0, entries(target));
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws IOException {
    Path left = Files.createDirectories(target.resolveSibling(".out.part"));
    Files.writeString(left.resolve(".lock"), "");
    Files.writeString(left.resolve("model.safetensors"), "half");
    try (CheckpointWriter writer = CheckpointWriter.create(target, TENSORS)) {
      fill(writer, TENSORS.size());
      writer.config(config, Optional.empty());
      writer.commit();
    }
    assertRead();
    assertEquals(1, entries(target.getParent()));
  }

  @Test
  void anotherConversionToTheSamePlaceIsLeftAlone() {
    try (CheckpointWriter first = CheckpointWriter.create(target, TENSORS)) {
      fill(first, 1);
      ModelException e =
          assertThrows(ModelException.class, () -> CheckpointWriter.create(target, TENSORS));
      assertTrue(e.getMessage().contains("another process"), e.getMessage());
      first.write("b", bytes(3));
    }
  }

  @Test
  void aFolderThatIsNotOursIsNotRemoved() throws IOException {
    Path other = Files.createDirectories(target.resolveSibling(".out.part"));
    Files.writeString(other.resolve("precious"), "");
    ModelException e =
        assertThrows(ModelException.class, () -> CheckpointWriter.create(target, TENSORS));
    assertTrue(e.getMessage().contains(other.toString()), e.getMessage());
    assertTrue(Files.exists(other.resolve("precious")));
  }

  @Test
  void placesThatAreTaken() throws IOException {
    CheckpointWriter.requireFree(target);
    assertThrows(UsageException.class, () -> CheckpointWriter.requireFree(config));
    assertThrows(UsageException.class, () -> CheckpointWriter.requireFree(folder));
    assertThrows(UsageException.class, () -> CheckpointWriter.create(folder, TENSORS));
    Path below = config.resolve("out");
    ModelException e =
        assertThrows(ModelException.class, () -> CheckpointWriter.create(below, TENSORS));
    assertTrue(e.getMessage().contains(config.toString()), e.getMessage());
    // Somebody else was faster.
    try (CheckpointWriter writer = CheckpointWriter.create(target, List.of())) {
      Files.createDirectories(target);
      Files.writeString(target.resolve("precious"), "");
      assertThrows(UsageException.class, writer::commit);
    }
    assertEquals(1, entries(target));
  }

  private static void fill(CheckpointWriter writer, int tensors) {
    for (Tensor tensor : TENSORS.subList(0, tensors)) {
      writer.write(tensor.name(), bytes(1));
      writer.write(tensor.name(), bytes(tensor.byteSize() - 1));
    }
  }

  private static MemorySegment bytes(long count) {
    byte[] bytes = new byte[(int) count];
    Arrays.fill(bytes, (byte) count);
    return MemorySegment.ofArray(bytes);
  }

  private void assertRead() {
    try (CheckpointTensors tensors = CheckpointTensors.open(CheckpointFiles.open(target))) {
      Map<String, StoredTensor> read = tensors.tensors();
      assertEquals(List.of("a", "b", "c", "d"), List.copyOf(read.keySet()));
      for (Tensor tensor : TENSORS) {
        assertEquals(tensor.byteSize(), read.get(tensor.name()).data().byteSize());
      }
    }
  }

  private static long entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }
}
