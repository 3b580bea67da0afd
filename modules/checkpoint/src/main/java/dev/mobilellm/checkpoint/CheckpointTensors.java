package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.ModelFiles;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The tensors of all weight files of a checkpoint: {@code model.safetensors}, or shards with or
 * without an index. Safe for several threads; closing unmaps every tensor.
 */
public final class CheckpointTensors implements AutoCloseable {

  private final Arena arena;
  private final SequencedMap<String, StoredTensor> tensors;

  private CheckpointTensors(Arena arena, SequencedMap<String, StoredTensor> tensors) {
    this.arena = arena;
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
  }

  /** Whether the folder holds safetensors files; they are not opened. */
  public static Match present(ModelFiles files) {
    return WeightFiles.absence(files)
        .map(Match::no)
        .orElseGet(() -> Match.yes("there are safetensors files"));
  }

  /**
   * Maps all weight files and reads their headers.
   *
   * @throws ModelException if there are none, a shard is missing, a file is truncated or
   *     contradicts itself, or the shards are not what the index promises
   */
  public static CheckpointTensors open(ModelFiles files) {
    WeightFiles weights = WeightFiles.locate(files);
    Arena arena = Arena.ofShared();
    try {
      SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
      for (Path file : weights.files()) {
        for (StoredTensor tensor : SafetensorsFile.map(file, arena).tensors().values()) {
          StoredTensor other = tensors.putIfAbsent(tensor.name(), tensor);
          if (other != null) {
            throw new ModelException(
                "Tensor \"%s\" is in two files, %s and %s."
                    .formatted(tensor.name(), other.file(), file));
          }
        }
      }
      if (!weights.index().isEmpty()) {
        checkIndex(weights.index(), tensors);
      }
      return new CheckpointTensors(arena, tensors);
    } catch (ModelException e) {
      arena.close();
      throw e;
    }
  }

  /** By name, in the order of the files. */
  public SequencedMap<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private static void checkIndex(
      Map<String, Path> index, SequencedMap<String, StoredTensor> tensors) {
    index.forEach(
        (name, file) -> {
          StoredTensor tensor = tensors.get(name);
          if (tensor == null || !tensor.file().equals(file)) {
            throw new ModelException(
                "%s lacks the tensor \"%s\", which %s promises there."
                    .formatted(file, name, WeightFiles.INDEX));
          }
        });
    for (StoredTensor tensor : tensors.values()) {
      if (!index.containsKey(tensor.name())) {
        throw tensor.wrong("is not in " + WeightFiles.INDEX);
      }
    }
  }
}
