package dev.mobilellm.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mobilellm.spi.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Writes a safetensors file tensor by tensor, in pieces of any size, so that a file may be larger
 * than memory. The file appears under its name only when it is complete: until {@link #commit()} it
 * has a temporary name beside it, and closing before that removes it. For one thread.
 */
public final class SafetensorsWriter implements AutoCloseable {

  /** Heap segments are copied to native memory on their way; this bounds the copy. */
  private static final long PIECE = 8 << 20;

  private final Path file;
  private final Path temporary;
  private final List<Tensor> tensors;
  private final FileChannel channel;
  private int current;
  private long written;

  /**
   * A tensor that will be written.
   *
   * @param name unique in the file
   * @param type of its values
   * @param shape each at least 0
   */
  public record Tensor(String name, StorageType type, List<Long> shape) {

    public Tensor {
      shape = List.copyOf(shape);
      if (shape.stream().anyMatch(length -> length < 0)) {
        throw new IllegalArgumentException(name + " has the negative shape " + shape);
      }
    }

    /**
     * @throws ArithmeticException if it does not fit a long
     */
    public long byteSize() {
      long size = type.bytes();
      for (long length : shape) {
        size = Math.multiplyExact(size, length);
      }
      return size;
    }
  }

  private SafetensorsWriter(Path file, List<Tensor> tensors) {
    this.file = file.toAbsolutePath();
    this.temporary =
        this.file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    this.tensors = List.copyOf(tensors);
    try {
      this.channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }

  /**
   * Starts a file.
   *
   * @param tensors in the order in which they will be written
   * @param metadata free text; {@code format: pt} is what other programs expect
   * @throws ModelException if the file cannot be written
   * @throws IllegalArgumentException if a name occurs twice
   */
  public static SafetensorsWriter create(
      Path file, List<Tensor> tensors, Map<String, String> metadata) {
    byte[] header = header(tensors, metadata);
    SafetensorsWriter writer = new SafetensorsWriter(file, tensors);
    try {
      writer.append(MemorySegment.ofArray(header));
    } catch (ModelException e) {
      writer.close();
      throw e;
    }
    writer.skipComplete();
    return writer;
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
    Tensor tensor = current < tensors.size() ? tensors.get(current) : null;
    if (tensor == null || !tensor.name().equals(name)) {
      throw new IllegalStateException(
          "It is the turn of %s, not of %s."
              .formatted(tensor == null ? "no tensor" : tensor.name(), name));
    }
    if (bytes.byteSize() > tensor.byteSize() - written) {
      throw new IllegalStateException(
          "%s has %d bytes; %d more are too many."
              .formatted(name, tensor.byteSize(), written + bytes.byteSize() - tensor.byteSize()));
    }
    append(bytes);
    written += bytes.byteSize();
    skipComplete();
  }

  /**
   * Completes the file and gives it its name, replacing a file that has it.
   *
   * @throws ModelException if the disk is full or fails
   * @throws IllegalStateException if a tensor is not complete
   */
  public void commit() {
    if (current < tensors.size()) {
      throw new IllegalStateException(tensors.get(current).name() + " is not complete.");
    }
    try {
      channel.force(true);
      channel.close();
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }

  /** Removes the temporary file, if there still is one. */
  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw FileProblem.writing(temporary, e);
    }
  }

  private void skipComplete() {
    while (current < tensors.size() && written == tensors.get(current).byteSize()) {
      current++;
      written = 0;
    }
  }

  private void append(MemorySegment bytes) {
    try {
      for (long at = 0; at < bytes.byteSize(); at += PIECE) {
        ByteBuffer piece = bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer();
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }

  private static byte[] header(List<Tensor> tensors, Map<String, String> metadata) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator generator = new JsonFactory().createGenerator(json)) {
      generator.writeStartObject();
      if (!metadata.isEmpty()) {
        generator.writeObjectFieldStart("__metadata__");
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          generator.writeStringField(entry.getKey(), entry.getValue());
        }
        generator.writeEndObject();
      }
      writeTensors(generator, tensors);
      generator.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    // Spaces up to a multiple of 8, so that the data are aligned as the file is.
    byte[] header = new byte[Math.ceilDiv(json.size(), 8) * 8 + SafetensorsFile.LENGTH_BYTES];
    Arrays.fill(header, (byte) ' ');
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length - SafetensorsFile.LENGTH_BYTES)
        .put(json.toByteArray());
    return header;
  }

  private static void writeTensors(JsonGenerator generator, List<Tensor> tensors)
      throws IOException {
    Set<String> names = new HashSet<>();
    long begin = 0;
    for (Tensor tensor : tensors) {
      if (!names.add(tensor.name()) || tensor.name().equals("__metadata__")) {
        throw new IllegalArgumentException("the name " + tensor.name() + " is taken");
      }
      long end = Math.addExact(begin, tensor.byteSize());
      generator.writeObjectFieldStart(tensor.name());
      generator.writeStringField("dtype", tensor.type().name());
      generator.writeArrayFieldStart("shape");
      for (long length : tensor.shape()) {
        generator.writeNumber(length);
      }
      generator.writeEndArray();
      generator.writeArrayFieldStart("data_offsets");
      generator.writeNumber(begin);
      generator.writeNumber(end);
      generator.writeEndArray();
      generator.writeEndObject();
      begin = end;
    }
  }
}
