package dev.mobilellm.kernels.java;

import dev.mobilellm.spi.weights.WeightTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Memory behind whose last byte nothing can be read: it ends where a file was cut off after it had
 * been mapped, so that the system refuses the next page.
 */
final class GuardedMemory {

  /** The largest page of the systems that run this. */
  private static final long PAGE = 1 << 16;

  private final Path directory;
  private final Arena arena;

  GuardedMemory(Path directory, Arena arena) {
    this.directory = directory;
    this.arena = arena;
  }

  /** The same weights, each part at the end of what can be read. */
  WeightTensor copy(WeightTensor tensor) {
    List<MemorySegment> parts =
        tensor.parts().stream().map(part -> allocate(part.byteSize()).copyFrom(part)).toList();
    return new WeightTensor(
        tensor.name(), tensor.rows(), tensor.columns(), tensor.encoding(), parts);
  }

  MemorySegment allocate(long bytes) {
    long size = (bytes + PAGE - 1) / PAGE * PAGE;
    try {
      Path file = Files.createTempFile(directory, "weights", null);
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        MemorySegment mapped = channel.map(MapMode.READ_WRITE, 0, size + PAGE, arena);
        channel.truncate(size);
        return mapped.asSlice(size - bytes, bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
