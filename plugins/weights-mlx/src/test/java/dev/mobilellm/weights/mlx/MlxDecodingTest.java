package dev.mobilellm.weights.mlx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.checkpoint.CheckpointTensors;
import dev.mobilellm.checkpoint.StorageType;
import dev.mobilellm.checkpoint.StoredTensor;
import dev.mobilellm.checkpoint.ValueCheck;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.Settings;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MlxDecodingTest {

  @TempDir Path directory;

  /** Every width and group size against values unpacked bit by bit and the original matrix. */
  @Test
  void vectorsOfTheQuantizer() throws IOException {
    Files.writeString(directory.resolve("config.json"), "{}");
    Files.write(directory.resolve("vectors.json"), Fixtures.bytes("mlx-quantize.json"));
    Settings vectors = CheckpointFiles.open(directory).json("vectors.json").orElseThrow();
    List<?> cases = (List<?>) vectors.values().get("cases");
    assertEquals(18, cases.size());
    for (Object each : cases) {
      @SuppressWarnings("unchecked")
      Settings one = new Settings("case", (Map<String, Object>) each);
      checkVector(
          one.positive("bits"),
          one.positive("group_size"),
          matrix(one.values().get("weight")),
          matrix(one.values().get("scales")),
          matrix(one.values().get("biases")),
          matrix(vectors.values().get("matrix")));
    }
  }

  private void checkVector(
      int bits,
      int group,
      double[][] words,
      double[][] scales,
      double[][] biases,
      double[][] wanted)
      throws IOException {
    CheckpointFiles files =
        new TestCheckpoint(directory)
            .tensor("q.weight", StorageType.U32, words.length, words[0].length)
            .bytes(bytes(words, true))
            .tensor("q.scales", StorageType.F32, scales.length, scales[0].length)
            .bytes(bytes(scales, false))
            .tensor("q.biases", StorageType.F32, biases.length, biases[0].length)
            .bytes(bytes(biases, false))
            .write("{\"quantization\":{\"group_size\":%d,\"bits\":%d}}".formatted(group, bits));
    try (WeightSource source = new MlxWeights().open(files)) {
      WeightTensor tensor = source.find("q.weight").orElseThrow();
      assertEquals(wanted[0].length, tensor.columns());
      for (int r = 0; r < words.length; r++) {
        float[] row = row(tensor, r);
        long[] stream = Arrays.stream(words[r]).mapToLong(word -> (long) word).toArray();
        for (int c = 0; c < row.length; c++) {
          double scale = scales[r][c / group];
          double value = scale * BitStream.value(stream, bits, c) + biases[r][c / group];
          assertEquals(value, row[c], 1e-6 * (1 + Math.abs(value)), bits + " bits, column " + c);
          assertEquals(wanted[r][c], row[c], Math.abs(scale), bits + " bits, column " + c);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlx-4bit-g64", "mlx-8bit-g32", "mlx-mixed"})
  void fixturesDecode(String name) {
    CheckpointFiles files = CheckpointFiles.open(Fixtures.checkpoint(name, directory));
    assertTrue(new MlxWeights().matches(files).matches());
    int affine = 0;
    try (WeightSource source = new MlxWeights().open(files);
        CheckpointTensors stored = CheckpointTensors.open(files)) {
      assertEquals(38, source.names().size());
      for (String tensorName : source.names()) {
        WeightTensor tensor = source.find(tensorName).orElseThrow();
        assertTrue(ValueCheck.of(tensor).finite());
        if (tensor.encoding() instanceof AffineGroups groups) {
          affine++;
          compare(tensor, groups, stored);
        }
      }
    }
    assertTrue(affine > 20, name + " has " + affine + " quantized matrices");
  }

  private static void compare(WeightTensor tensor, AffineGroups groups, CheckpointTensors stored) {
    String path = tensor.name().replaceFirst("\\.weight$", "");
    StoredTensor words = stored.tensors().get(tensor.name());
    WeightTensor scales = stored.tensors().get(path + ".scales").dense();
    WeightTensor biases = stored.tensors().get(path + ".biases").dense();
    int wordColumns = words.shape().getLast().intValue();
    for (int r : new int[] {0, 1, tensor.rows() - 1}) {
      float[] row = row(tensor, r);
      float[] scale = row(scales, r);
      float[] bias = row(biases, r);
      long[] stream = new long[wordColumns];
      for (int w = 0; w < wordColumns; w++) {
        stream[w] =
            words.data().get(ValueLayout.JAVA_INT_UNALIGNED, 4L * (r * wordColumns + w))
                & 0xffffffffL;
      }
      for (int c = 0; c < row.length; c++) {
        int group = c / groups.groupSize();
        double value =
            (double) scale[group] * BitStream.value(stream, groups.bits(), c) + bias[group];
        assertEquals(value, row[c], 1e-6 * (1 + Math.abs(value)), tensor.name() + ", " + c);
      }
    }
  }

  /** Damaged headers and configs are refused in words, or what they describe can be decoded. */
  @Test
  void damagedCheckpoints() throws IOException {
    new TestCheckpoint(directory)
        .matrix("model.q", 4, 64, 64)
        .tensor("norm.weight", StorageType.F32, 3)
        .write(
            "{\"quantization\":{\"group_size\":64,\"bits\":4,\"q\":{\"bits\":4},\"norm\":false}}");
    byte[] config = Files.readAllBytes(directory.resolve("config.json"));
    byte[] weights = Files.readAllBytes(directory.resolve("model.safetensors"));
    int header = (int) ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN).getLong(0) + 8;
    SplittableRandom random = new SplittableRandom(4);
    int refused = 0;
    for (int round = 0; round < 3_000; round++) {
      boolean damageConfig = random.nextInt(3) == 0;
      Files.write(
          directory.resolve("config.json"),
          damageConfig ? damage(config, config.length, random) : config);
      Files.write(
          directory.resolve("model.safetensors"),
          damageConfig ? weights : damage(weights, header, random));
      try (WeightSource source = new MlxWeights().open(CheckpointFiles.open(directory))) {
        for (String name : source.names()) {
          row(source.find(name).orElseThrow(), 0);
        }
      } catch (ModelException e) {
        refused++;
      }
    }
    assertTrue(refused > 1_500, "refused: " + refused);
  }

  private static byte[] damage(byte[] sound, int reach, SplittableRandom random) {
    byte[] damaged = sound.clone();
    int at = random.nextInt(reach);
    damaged[at] = (byte) (random.nextBoolean() ? '0' + random.nextInt(10) : random.nextInt(256));
    return damaged;
  }

  private static float[] row(WeightTensor tensor, int row) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(ValueLayout.JAVA_FLOAT, tensor.columns());
      tensor.decodeRow(row, target);
      return target.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static double[][] matrix(Object rows) {
    return ((List<?>) rows)
        .stream()
            .map(
                row ->
                    ((List<?>) row)
                        .stream().mapToDouble(value -> ((Number) value).doubleValue()).toArray())
            .toArray(double[][]::new);
  }

  private static byte[] bytes(double[][] matrix, boolean words) {
    ByteBuffer buffer =
        ByteBuffer.allocate(4 * matrix.length * matrix[0].length).order(ByteOrder.LITTLE_ENDIAN);
    for (double[] row : matrix) {
      for (double value : row) {
        buffer.putInt(words ? (int) (long) value : Float.floatToRawIntBits((float) value));
      }
    }
    return buffer.array();
  }
}
