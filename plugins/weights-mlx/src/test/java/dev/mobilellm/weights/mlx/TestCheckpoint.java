package dev.mobilellm.weights.mlx;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.checkpoint.SafetensorsWriter;
import dev.mobilellm.checkpoint.StorageType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Builds a checkpoint of zeros, or of given bytes, with any tensors and any config. */
final class TestCheckpoint {

  private final Path directory;
  private final List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();

  TestCheckpoint(Path directory) {
    this.directory = directory;
  }

  TestCheckpoint tensor(String name, StorageType type, long... shape) {
    List<Long> sizes = new ArrayList<>();
    for (long size : shape) {
      sizes.add(size);
    }
    tensors.add(new SafetensorsWriter.Tensor(name, type, sizes));
    contents.add(new byte[Math.toIntExact(tensors.getLast().byteSize())]);
    return this;
  }

  /** Gives the last tensor its bytes. */
  TestCheckpoint bytes(byte[] bytes) {
    contents.set(contents.size() - 1, bytes);
    return this;
  }

  /** A sound matrix of three rows. */
  TestCheckpoint matrix(String path, int bits, int groupSize, int columns) {
    return tensor(path + ".weight", StorageType.U32, 3, (long) columns * bits / 32)
        .tensor(path + ".scales", StorageType.BF16, 3, columns / groupSize)
        .tensor(path + ".biases", StorageType.BF16, 3, columns / groupSize);
  }

  CheckpointFiles write(String config) throws IOException {
    Files.writeString(directory.resolve("config.json"), config);
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(
            directory.resolve("model.safetensors"), tensors, Map.of("format", "mlx"))) {
      for (int i = 0; i < tensors.size(); i++) {
        if (contents.get(i).length > 0) {
          writer.write(tensors.get(i).name(), MemorySegment.ofArray(contents.get(i)));
        }
      }
      writer.commit();
    }
    return CheckpointFiles.open(directory);
  }
}
