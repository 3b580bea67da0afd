package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * One safetensors file, mapped: 8 bytes with the header's length (little-endian), the header in
 * JSON, the tensors' bytes. Of any size; only the header is read. Immutable.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsFile {

  /** The bytes before the header. */
  static final int LENGTH_BYTES = 8;

  static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** What a clone without the large files has in their place. */
  private static final byte[] LFS_POINTER =
      "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

  private final SequencedMap<String, String> metadata;
  private final SequencedMap<String, StoredTensor> tensors;

  private SafetensorsFile(
      SequencedMap<String, String> metadata, SequencedMap<String, StoredTensor> tensors) {
    this.metadata = Collections.unmodifiableSequencedMap(metadata);
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
  }

  /**
   * Maps a file and checks its header.
   *
   * @param arena bounds the life of the mapping; a shared one where several threads read
   * @throws ModelException if the file cannot be read, is truncated, or contradicts itself
   */
  public static SafetensorsFile map(Path file, Arena arena) {
    MemorySegment bytes = mapped(file, arena);
    long size = bytes.byteSize();
    if (size < LENGTH_BYTES) {
      throw new ModelException(
          "%s has %d bytes, too few for a safetensors file; copy or download it again."
              .formatted(file, size));
    }
    if (isPointer(bytes)) {
      throw new ModelException(
          "%s is a Git LFS pointer, not the weights; fetch them with \"git lfs pull\"."
              .formatted(file));
    }
    long headerSize = bytes.get(LENGTH, 0);
    long rest = size - LENGTH_BYTES;
    if (Long.compareUnsigned(headerSize, rest) > 0) {
      throw new ModelException(
          "%s promises a header of %s bytes, but has %d: it is truncated or no safetensors file."
              .formatted(file, Long.toUnsignedString(headerSize), rest));
    }
    if (headerSize > Json.MAX_BYTES) {
      throw new ModelException(
          "%s has a header of %d bytes; at most %d are read."
              .formatted(file, headerSize, Json.MAX_BYTES));
    }
    byte[] json = bytes.asSlice(LENGTH_BYTES, headerSize).toArray(ValueLayout.JAVA_BYTE);
    SafetensorsHeader header = SafetensorsHeader.parse(file, json, rest - headerSize);
    SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (SafetensorsHeader.Extent extent : header.extents()) {
      MemorySegment data =
          bytes.asSlice(LENGTH_BYTES + headerSize + extent.begin(), extent.end() - extent.begin());
      tensors.put(
          extent.name(),
          new StoredTensor(file, extent.name(), extent.type(), extent.shape(), data));
    }
    return new SafetensorsFile(header.metadata(), tensors);
  }

  /** The free text of the header. */
  public SequencedMap<String, String> metadata() {
    return metadata;
  }

  /** By name, in the order of the header. */
  public SequencedMap<String, StoredTensor> tensors() {
    return tensors;
  }

  private static MemorySegment mapped(Path file, Arena arena) {
    if (Files.isDirectory(file)) {
      throw new ModelException(file + " is a folder; a safetensors file is wanted.");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  private static boolean isPointer(MemorySegment bytes) {
    return bytes.byteSize() >= LFS_POINTER.length
        && bytes.asSlice(0, LFS_POINTER.length).mismatch(MemorySegment.ofArray(LFS_POINTER)) < 0;
  }
}
