package dev.mobilellm.checkpoint;

import static dev.mobilellm.checkpoint.RawFile.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.DType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsFileTest {

  @TempDir Path directory;
  private Path file;
  private Arena arena;

  @BeforeEach
  void open() {
    file = directory.resolve("x.safetensors");
    arena = Arena.ofConfined();
  }

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void readsTensorsAndMetadata() throws IOException {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + entry("b", "BF16", "3,1", 1, 7)
            + ","
            + entry("a", "U8", "", 0, 1)
            + ","
            + entry("none", "F32", "0,5", 7, 7)
            + "}  ";
    RawFile.write(file, header, 7);
    SafetensorsFile read = SafetensorsFile.map(file, arena);
    assertEquals(Map.of("format", "pt"), read.metadata());
    assertEquals(List.of("b", "a", "none"), List.copyOf(read.tensors().keySet()));
    StoredTensor b = read.tensors().get("b");
    assertEquals(StorageType.BF16, b.type());
    assertEquals(List.of(3L, 1L), b.shape());
    assertEquals(file, b.file());
    assertEquals(6, b.data().byteSize());
    assertEquals(1, b.data().get(ValueLayout.JAVA_BYTE, 0));
    assertEquals(List.of(), read.tensors().get("a").shape());
    assertEquals(0, read.tensors().get("none").data().byteSize());
  }

  @ParameterizedTest
  @EnumSource(StorageType.class)
  void knowsEveryType(StorageType type) throws IOException {
    RawFile.write(
        file, "{" + entry("t", type.name(), "3", 0, 3L * type.bytes()) + "}", 3 * type.bytes());
    assertEquals(type, SafetensorsFile.map(file, arena).tensors().get("t").type());
  }

  /** Sparse, so that it takes no space: the last bytes lie beyond what an int can address. */
  @Test
  void readsMoreThanTwoGigabytes() throws IOException {
    long values = 1_100_000_000;
    String header = "{" + entry("big", "F16", "2," + values / 2, 0, 2 * values) + "}";
    RawFile.write(file, header, 0);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(8 + header.length() + 2 * values);
      sparse.seek(sparse.length() - 2);
      sparse.write(new byte[] {0x00, 0x3c});
    }
    StoredTensor big = SafetensorsFile.map(file, arena).tensors().get("big");
    assertEquals(2 * values, big.data().byteSize());
    assertEquals(1f, DType.F16.get(big.data(), 2 * values - 2));
  }

  @Test
  void fileMissingEmptyOrTiny() throws IOException {
    assertSays("x.safetensors cannot be read: there is no such file");
    Files.write(file, new byte[0]);
    assertSays("has 0 bytes");
    Files.write(file, new byte[7]);
    assertSays("has 7 bytes");
    file = directory;
    assertSays("is a folder");
  }

  @Test
  void largeFileStorePointer() throws IOException {
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
    assertSays("is a Git LFS pointer", "git lfs pull");
  }

  @Test
  void headerLongerThanTheFile() throws IOException {
    for (long length : new long[] {3, 1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      byte[] bytes = new byte[10];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Files.write(file, bytes);
      assertSays("promises a header of " + Long.toUnsignedString(length) + " bytes, but has 2");
    }
  }

  @Test
  void headerThatIsNoObject() throws IOException {
    RawFile.write(file, "[]", 0);
    assertSays("header should hold a JSON object");
    RawFile.write(file, "", 4);
    assertSays("header is empty");
    RawFile.write(file, "{\"t\":", 4);
    assertSays("x.safetensors, header, line 1", "broken JSON");
    RawFile.write(
        file, "{" + entry("t", "U8", "", 0, 1) + "," + entry("t", "U8", "", 1, 2) + "}", 2);
    assertSays("the key \"t\" occurs twice");
  }

  @Test
  void wrongMetadata() {
    assertHeader("{\"__metadata__\":3}", 0, "__metadata__", "object of strings");
    assertHeader("{\"__metadata__\":{\"a\":1}}", 0, "\"a\" is 1");
  }

  @Test
  void wrongEntry() {
    assertHeader("{\"t\":5}", 0, "tensor \"t\"", "found 5");
    assertHeader("{\"t\":null}", 0, "tensor \"t\"", "found null");
    assertHeader("{\"t\":{}}", 0, "tensor \"t\"", "dtype null");
    assertHeader("{\"\":{}}", 0, "name is blank");
    assertHeader("{\"a\\u001b[2J\":{}}", 0, "control characters");
  }

  @Test
  void unknownType() {
    assertHeader("{" + entry("t", "F4", "2", 0, 1) + "}", 1, "tensor \"t\"", "dtype F4", "BF16");
    assertHeader("{" + entry("t", "f32", "1", 0, 4) + "}", 4, "dtype f32");
  }

  @Test
  void wrongShape() {
    for (String shape : List.of("-1", "1.5", "\"2\"", "null", "[2]", "99999999999999999999")) {
      assertHeader("{" + entry("t", "U8", shape, 0, 1) + "}", 1, "tensor \"t\" has the shape");
    }
    assertHeader(
        "{\"t\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, "\"t\" has the shape null");
  }

  @Test
  void sizeThatOverflows() {
    for (String shape : List.of("4611686018427387904,4", "4294967296,4294967296,4294967296")) {
      assertHeader("{" + entry("t", "F32", shape, 0, 4) + "}", 4, "\"t\"", "overflows 64 bits");
    }
  }

  @Test
  void wrongOffsets() {
    assertHeader("{" + entry("t", "U8", "2", 2, 0) + "}", 2, "\"t\"", "data_offsets [2, 0]");
    assertHeader("{" + entry("t", "U8", "2", -2, 0) + "}", 2, "\"t\"", "data_offsets [-2, 0]");
    assertHeader(
        "{\"t\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0]}}",
        2,
        "\"t\"",
        "data_offsets [0]");
  }

  @Test
  void sizeThatDisagreesWithTheOffsets() {
    assertHeader(
        "{" + entry("t", "F32", "2,3", 0, 20) + "}", 20, "\"t\" of F32 [2, 3]", "24 bytes", "20");
  }

  @Test
  void overlap() {
    assertHeader(
        "{" + entry("a", "U8", "4", 0, 4) + "," + entry("b", "U8", "4", 3, 7) + "}",
        7,
        "\"a\" and \"b\" overlap",
        "4",
        "3");
  }

  @Test
  void holes() {
    assertHeader("{" + entry("a", "U8", "4", 2, 6) + "}", 6, "bytes 0 to 2", "\"a\"");
    assertHeader(
        "{" + entry("b", "U8", "4", 8, 12) + "," + entry("a", "U8", "4", 0, 4) + "}",
        12,
        "bytes 4 to 8",
        "\"b\"");
    assertHeader("{" + entry("a", "U8", "4", 0, 4) + "}", 9, "the last 5 bytes");
  }

  @Test
  void truncated() {
    assertHeader(
        "{" + entry("a", "U8", "4", 0, 4) + "," + entry("b", "U8", "40", 4, 44) + "}",
        14,
        "truncated, 30 bytes are missing",
        "\"b\"");
    long far = 1L << 62;
    assertHeader(
        "{" + entry("a", "U8", "" + far, 0, far) + "}", 4, (far - 4) + " bytes are missing");
  }

  private void assertHeader(String header, int dataSize, String... parts) {
    try {
      RawFile.write(file, header, dataSize);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertSays(parts);
  }

  private void assertSays(String... parts) {
    String message =
        assertThrows(ModelException.class, () -> SafetensorsFile.map(file, arena)).getMessage();
    assertTrue(message.contains(file.toString()), message);
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
