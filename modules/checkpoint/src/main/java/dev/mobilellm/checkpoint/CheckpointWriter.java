package dev.mobilellm.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mobilellm.checkpoint.SafetensorsWriter.Tensor;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a checkpoint's folder, tensor by tensor: one file of weights, or shards of at most 5 GB
 * with an index. The folder appears under its name only when it is complete: until {@link
 * #commit()} it has a temporary name beside it, and closing before that removes it; what a killed
 * process left is removed by the next one that writes to the same place. For one thread.
 */
public final class CheckpointWriter implements AutoCloseable {

  private static final long SHARD_BYTES = 5_000_000_000L;

  /** What programs that read MLX's files look for. */
  private static final Map<String, String> METADATA = Map.of("format", "mlx");

  private final StagingFolder staging;
  private final List<List<Tensor>> shards;
  private Optional<SafetensorsWriter> open = Optional.empty();
  private int nextShard;
  private long missing;

  private CheckpointWriter(StagingFolder staging, List<List<Tensor>> shards) {
    this.staging = staging;
    this.shards = shards;
  }

  /**
   * Fails if a folder cannot be written to: it is a file, or is not empty.
   *
   * @throws UsageException if so
   */
  public static void requireFree(Path directory) {
    StagingFolder.requireFree(directory.toAbsolutePath().normalize());
  }

  /**
   * Starts a checkpoint.
   *
   * @param directory new or empty; missing parents are created
   * @param tensors in the order in which they will be written, none of them empty
   * @throws UsageException if the folder is not empty
   * @throws ModelException if it cannot be written, or another process writes it
   * @throws IllegalArgumentException if a name occurs twice
   */
  public static CheckpointWriter create(Path directory, List<Tensor> tensors) {
    return create(directory, tensors, SHARD_BYTES);
  }

  static CheckpointWriter create(Path directory, List<Tensor> tensors, long shardBytes) {
    List<List<Tensor>> shards = shards(tensors, shardBytes);
    return new CheckpointWriter(
        StagingFolder.create(directory.toAbsolutePath().normalize()), shards);
  }

  /**
   * Appends bytes to a tensor; several calls may share one tensor out among them.
   *
   * @param name the tensor whose turn it is
   * @param bytes little-endian, row-major
   * @throws ModelException if the disk is full or fails
   * @throws IllegalStateException if it is another tensor's turn, or these are too many bytes
   */
  public void write(String name, MemorySegment bytes) {
    if (open.isEmpty()) {
      if (nextShard == shards.size()) {
        throw new IllegalStateException("It is the turn of no tensor, not of " + name + ".");
      }
      List<Tensor> tensors = shards.get(nextShard);
      missing = tensors.stream().mapToLong(Tensor::byteSize).sum();
      open =
          Optional.of(
              SafetensorsWriter.create(
                  staging.folder().resolve(fileName(nextShard)), tensors, METADATA));
      nextShard++;
    }
    open.get().write(name, bytes);
    missing -= bytes.byteSize();
    if (missing == 0) {
      open.get().commit();
      open = Optional.empty();
    }
  }

  /**
   * Writes config.json: all keys of another in their order, only what it says about quantization
   * replaced.
   *
   * @param source the other config.json
   * @param quantization how matrices are quantized; empty if all are floats
   * @throws ModelException if that fails
   */
  public void config(Path source, Optional<AffineConfig> quantization) {
    Path target = staging.folder().resolve("config.json");
    try {
      ConfigCopy.write(source, target, quantization);
    } catch (IOException e) {
      throw FileProblem.writing(target, e);
    }
  }

  /**
   * Copies a file as it is.
   *
   * @throws ModelException if that fails
   */
  public void copy(Path file) {
    Path target = staging.folder().resolve(file.getFileName());
    try {
      Files.copy(file, target);
    } catch (IOException e) {
      throw FileProblem.writing(target, e);
    }
  }

  /**
   * Completes the checkpoint and gives it its name.
   *
   * @throws ModelException if the disk is full or fails
   * @throws IllegalStateException if a tensor is not complete
   */
  public void commit() {
    if (open.isPresent() || nextShard < shards.size()) {
      throw new IllegalStateException("a tensor is not complete");
    }
    if (shards.size() > 1) {
      writeIndex(staging.folder().resolve(WeightFiles.INDEX));
    }
    staging.commit();
  }

  /** Removes what was written, unless it was committed. */
  @Override
  public void close() {
    open.ifPresent(SafetensorsWriter::close);
    open = Optional.empty();
    staging.close();
  }

  private static List<List<Tensor>> shards(List<Tensor> tensors, long shardBytes) {
    List<List<Tensor>> shards = new ArrayList<>();
    long free = 0;
    for (Tensor tensor : tensors) {
      if (shards.isEmpty() || tensor.byteSize() > free) {
        shards.add(new ArrayList<>());
        free = shardBytes;
      }
      shards.getLast().add(tensor);
      free -= tensor.byteSize();
    }
    return shards;
  }

  private String fileName(int shard) {
    return shards.size() == 1
        ? "model.safetensors"
        : "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards.size());
  }

  private void writeIndex(Path file) {
    long total = shards.stream().flatMap(List::stream).mapToLong(Tensor::byteSize).sum();
    try (OutputStream out = Files.newOutputStream(file);
        JsonGenerator json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeObjectFieldStart("metadata");
      json.writeNumberField("total_size", total);
      json.writeEndObject();
      json.writeObjectFieldStart("weight_map");
      for (int shard = 0; shard < shards.size(); shard++) {
        for (Tensor tensor : shards.get(shard)) {
          json.writeStringField(tensor.name(), fileName(shard));
        }
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }
}
