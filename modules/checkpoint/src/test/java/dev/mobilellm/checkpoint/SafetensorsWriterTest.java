package dev.mobilellm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.SafetensorsWriter.Tensor;
import dev.mobilellm.spi.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {

  private static final List<Tensor> TENSORS =
      List.of(
          new Tensor("none", StorageType.F32, List.of(0L, 3L)),
          new Tensor("a \"é\"", StorageType.U8, List.of(5L)),
          new Tensor("b", StorageType.I16, List.of(2L, 1L)),
          new Tensor("scalar", StorageType.U8, List.of()));

  @TempDir Path directory;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path file = directory.resolve("model.safetensors");
    Files.writeString(file, "an older file");
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(file, TENSORS, Map.of("format", "mlx"))) {
      writer.write("a \"é\"", bytes(1, 2));
      writer.write("a \"é\"", bytes());
      writer.write("a \"é\"", bytes(3, 4, 5));
      writer.write("b", bytes(6, 7, 8, 9));
      assertEquals("an older file", Files.readString(file));
      writer.write("scalar", bytes(10));
      writer.commit();
    }
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsFile read = SafetensorsFile.map(file, arena);
      assertEquals(Map.of("format", "mlx"), read.metadata());
      assertEquals(List.of("none", "a \"é\"", "b", "scalar"), List.copyOf(read.tensors().keySet()));
      assertEquals(List.of(2L, 1L), read.tensors().get("b").shape());
      assertArrayEquals(
          new byte[] {1, 2, 3, 4, 5},
          read.tensors().get("a \"é\"").data().toArray(ValueLayout.JAVA_BYTE));
      assertArrayEquals(
          new byte[] {6, 7, 8, 9}, read.tensors().get("b").data().toArray(ValueLayout.JAVA_BYTE));
    }
    assertEquals(0, (Files.size(file) - 10) % 8, "the data are not aligned");
    assertEquals(1, fileCount());
  }

  @Test
  void withoutCommitNothingRemains() throws IOException {
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(directory.resolve("x.safetensors"), TENSORS, Map.of())) {
      writer.write("a \"é\"", bytes(1));
      assertThrows(IllegalStateException.class, writer::commit);
    }
    assertEquals(0, fileCount());
  }

  @Test
  void orderAndSizesAreKept() {
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(directory.resolve("x.safetensors"), TENSORS, Map.of())) {
      assertThrows(IllegalStateException.class, () -> writer.write("b", bytes(1)));
      assertThrows(
          IllegalStateException.class, () -> writer.write("a \"é\"", bytes(1, 2, 3, 4, 5, 6)));
    }
  }

  @Test
  void namesAreUnique() {
    Tensor tensor = new Tensor("a", StorageType.U8, List.of());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            SafetensorsWriter.create(
                directory.resolve("x.safetensors"), List.of(tensor, tensor), Map.of()));
  }

  @Test
  void folderThatIsNotThere() {
    Path file = directory.resolve("nowhere").resolve("x.safetensors");
    String message =
        assertThrows(ModelException.class, () -> SafetensorsWriter.create(file, TENSORS, Map.of()))
            .getMessage();
    assertTrue(message.startsWith(file + " cannot be written"), message);
  }

  private long fileCount() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }

  private static MemorySegment bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return MemorySegment.ofArray(bytes);
  }
}
