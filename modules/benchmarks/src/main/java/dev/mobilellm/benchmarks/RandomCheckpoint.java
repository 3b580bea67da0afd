package dev.mobilellm.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mobilellm.checkpoint.SafetensorsWriter;
import dev.mobilellm.checkpoint.StorageType;
import dev.mobilellm.runtime.bench.ModelShape;
import dev.mobilellm.runtime.bench.NormalBits;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.weights.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a checkpoint of a published model's shape with random weights, to measure speed and memory
 * without a download.
 *
 * <pre>{@code
 * mvn -q -pl modules/benchmarks -am -DskipTests package
 * java -p modules/benchmarks/target/classes:modules/benchmarks/target/modules \
 *     -m dev.mobilellm.benchmarks/dev.mobilellm.benchmarks.RandomCheckpoint 950M bf16 DIR 0
 * }</pre>
 *
 * <p>Matrices are normal with a deviation of 0.02, as models are initialised; norms are near 1. The
 * same arguments give the same bytes. Weights go to the file in pieces: the heap stays small.
 */
public final class RandomCheckpoint {

  private static final String USAGE =
      "Wanted are SHAPE (140M, 360M or 950M), DTYPE (bf16, f16 or f32), DIR, and perhaps a SEED";
  private static final double DEVIATION = 0.02;
  private static final long PIECE = 4 << 20;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RandomCheckpoint() {}

  /**
   * Runs the tool.
   *
   * @param args shape, type, folder, and the seed or nothing
   * @throws ModelException if the arguments are others, or the folder cannot be written
   */
  public static void main(String[] args) {
    if (args.length < 3 || args.length > 4) {
      throw new ModelException(USAGE + "; found " + args.length + " arguments.");
    }
    try {
      long seed = args.length == 4 ? Long.parseLong(args[3]) : 0;
      DType type = DType.valueOf(args[1].toUpperCase(Locale.ROOT));
      write(ModelShape.named(args[0]), type, Path.of(args[2]), seed);
    } catch (IllegalArgumentException | UsageException e) {
      throw new ModelException(USAGE + "; found " + String.join(" ", args) + ".", e);
    }
  }

  /**
   * Writes {@code config.json} and {@code model.safetensors}, and for the published vocabulary a
   * tokenizer of invented words and a chat template.
   *
   * @param directory is created if it is not there
   * @param seed for all weights
   * @throws ModelException if the folder cannot be written
   */
  public static void write(ModelShape shape, DType type, Path directory, long seed) {
    try {
      Files.createDirectories(directory);
      Files.writeString(
          directory.resolve("config.json"),
          MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(shape.config(dtype(type))));
      if (shape.vocabulary() == RandomTokenizer.VOCABULARY) {
        RandomTokenizer.write(directory);
      }
    } catch (IOException e) {
      throw new ModelException(directory + " cannot be written: " + e.getMessage() + ".", e);
    }
    List<SafetensorsWriter.Tensor> tensors = tensors(shape, type);
    NormalBits weights = new NormalBits(type, 0, DEVIATION, seed);
    NormalBits norms = new NormalBits(type, 1, DEVIATION, seed);
    Path file = directory.resolve("model.safetensors");
    try (Arena arena = Arena.ofConfined();
        SafetensorsWriter writer =
            SafetensorsWriter.create(file, tensors, Map.of("format", "pt"))) {
      MemorySegment buffer = arena.allocate(PIECE, Long.BYTES);
      for (SafetensorsWriter.Tensor tensor : tensors) {
        NormalBits values = tensor.shape().size() == 1 ? norms : weights;
        for (long left = tensor.byteSize(); left > 0; left -= PIECE) {
          MemorySegment piece = buffer.asSlice(0, Math.min(left, PIECE));
          values.fill(piece);
          writer.write(tensor.name(), piece);
        }
      }
      writer.commit();
    }
  }

  private static List<SafetensorsWriter.Tensor> tensors(ModelShape shape, DType type) {
    return shape.tensors().stream()
        .map(
            tensor ->
                new SafetensorsWriter.Tensor(
                    tensor.name(),
                    StorageType.of(type),
                    tensor.isNorm()
                        ? List.of((long) tensor.columns())
                        : List.of((long) tensor.rows(), (long) tensor.columns())))
        .toList();
  }

  private static String dtype(DType type) {
    return switch (type) {
      case F32 -> "float32";
      case F16 -> "float16";
      case BF16 -> "bfloat16";
    };
  }
}
