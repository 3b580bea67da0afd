package dev.mobilellm.runtime.generation;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * UTF-8 bytes in pieces to whole characters. A token may end in the middle of a character; its
 * bytes wait for the next one. Bytes that can become no character give U+FFFD. Not thread-safe.
 */
final class Utf8Stream {

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] pending = {};

  /** The characters that are complete with these bytes. */
  String append(byte[] bytes) {
    return decode(bytes, false);
  }

  /** What is left, incomplete characters as U+FFFD. */
  String finish() {
    return decode(new byte[0], true);
  }

  private String decode(byte[] bytes, boolean last) {
    ByteBuffer in = ByteBuffer.allocate(pending.length + bytes.length);
    in.put(pending).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 2);
    decoder.decode(in, out, last);
    pending = Arrays.copyOfRange(in.array(), in.position(), in.limit());
    return out.flip().toString();
  }
}
