package dev.mobilellm.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Safetensors files with any header, right or wrong. */
final class RawFile {

  private RawFile() {}

  /** The bytes of a file whose data are 0, 1, 2, ... */
  static byte[] bytes(String header, int dataSize) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer =
        ByteBuffer.allocate(8 + json.length + dataSize).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(json.length).put(json);
    for (int i = 0; i < dataSize; i++) {
      buffer.put((byte) i);
    }
    return buffer.array();
  }

  static Path write(Path file, String header, int dataSize) throws IOException {
    return Files.write(file, bytes(header, dataSize));
  }

  /** A file of one F32 vector of two values. */
  static Path writeVector(Path file, String tensor) throws IOException {
    return write(file, "{" + entry(tensor, "F32", "2", 0, 8) + "}", 8);
  }

  static String entry(String name, String dtype, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
        .formatted(name, dtype, shape, begin, end);
  }
}
