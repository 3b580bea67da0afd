package dev.mobilellm.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.checkpoint.ValueCheck;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsWeightsTest {

  private static final Pattern ENTRY =
      Pattern.compile(
          "\"([^\"]+)\":\\s*\\{\"dtype\":\\s*\"(\\w+)\",\\s*\"shape\":\\s*\\[([\\d, ]*)],"
              + "\\s*\"data_offsets\":\\s*\\[(\\d+),\\s*(\\d+)]}");

  @TempDir Path directory;

  static List<String> floatCheckpoints() {
    return Fixtures.CHECKPOINTS.stream().filter(name -> !name.startsWith("mlx")).toList();
  }

  /** Every value of every file against a decoder that knows nothing of the one under test. */
  @ParameterizedTest
  @MethodSource("floatCheckpoints")
  void fixturesDecode(String name) throws IOException {
    Path folder = Fixtures.checkpoint(name, directory);
    CheckpointFiles files = CheckpointFiles.open(folder);
    assertTrue(new SafetensorsWeights().matches(files).matches());
    int compared = 0;
    try (WeightSource source = new SafetensorsWeights().open(files);
        Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".safetensors")).toList()) {
        compared += compare(ByteBuffer.wrap(Files.readAllBytes(path)), source);
      }
      assertEquals(source.names().size(), compared);
    }
    assertTrue(compared > 30, "compared " + compared);
  }

  private static int compare(ByteBuffer file, WeightSource source) {
    file.order(ByteOrder.LITTLE_ENDIAN);
    int headerSize = (int) file.getLong(0);
    Matcher entry = ENTRY.matcher(new String(file.array(), 8, headerSize, StandardCharsets.UTF_8));
    int compared = 0;
    for (; entry.find(); compared++) {
      WeightTensor tensor = source.find(entry.group(1)).orElseThrow();
      DType type = DType.valueOf(entry.group(2));
      assertEquals(new Dense(type), tensor.encoding());
      String[] shape = entry.group(3).split(", ?");
      assertEquals(shape.length == 1 ? 1 : Integer.parseInt(shape[0]), tensor.rows());
      assertEquals(Integer.parseInt(shape[shape.length - 1]), tensor.columns());
      assertTrue(ValueCheck.of(tensor).finite());
      int at = 8 + headerSize + Integer.parseInt(entry.group(4));
      for (int r = 0; r < tensor.rows(); r++) {
        for (float value : row(tensor, r)) {
          float wanted =
              switch (type) {
                case F32 -> file.getFloat(at);
                case F16 -> Float.float16ToFloat(file.getShort(at));
                case BF16 -> Float.intBitsToFloat((file.getShort(at) & 0xffff) * 65536);
              };
          assertEquals(wanted, value, entry.group(1));
          at += type.bytes();
        }
      }
    }
    return compared;
  }

  @Test
  void otherTypesFailWhenTheyAreTaken() throws IOException {
    CheckpointFiles files =
        write("{\"t.weight\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
    try (WeightSource source = new SafetensorsWeights().open(files)) {
      assertEquals(List.of("t.weight"), List.copyOf(source.names()));
      String message =
          assertThrows(ModelException.class, () -> source.find("t.weight")).getMessage();
      assertTrue(message.contains("tensor \"t.weight\" has the dtype I32"), message);
      assertTrue(message.contains("F32, F16 or BF16"), message);
      assertTrue(source.find("other").isEmpty());
    }
  }

  @Test
  void withoutWeightsItSaysSo() throws IOException {
    Files.writeString(directory.resolve("config.json"), "{}");
    Files.writeString(directory.resolve("model.gguf"), "");
    CheckpointFiles files = CheckpointFiles.open(directory);
    assertFalse(new SafetensorsWeights().matches(files).matches());
    String message =
        assertThrows(ModelException.class, () -> new SafetensorsWeights().open(files)).getMessage();
    assertTrue(message.contains("convert model.gguf"), message);
  }

  @Test
  void closingUnmaps() throws IOException {
    CheckpointFiles files =
        write("{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
    WeightSource source = new SafetensorsWeights().open(files);
    WeightTensor tensor = source.find("t").orElseThrow();
    source.close();
    source.close();
    assertThrows(IllegalStateException.class, () -> row(tensor, 0));
  }

  private CheckpointFiles write(String header, int dataSize) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + dataSize).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    Files.write(directory.resolve("model.safetensors"), file.array());
    Files.writeString(directory.resolve("config.json"), "{}");
    return CheckpointFiles.open(directory);
  }

  private static float[] row(WeightTensor tensor, int row) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(ValueLayout.JAVA_FLOAT, tensor.columns());
      tensor.decodeRow(row, target);
      return target.toArray(ValueLayout.JAVA_FLOAT);
    }
  }
}
