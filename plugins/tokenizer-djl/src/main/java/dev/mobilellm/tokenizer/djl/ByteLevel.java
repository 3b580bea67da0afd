package dev.mobilellm.tokenizer.djl;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How byte-level vocabularies spell bytes, as GPT-2 began it: a printable Latin-1 character stands
 * for its own byte, the other 68 bytes are the characters from U+0100 on, in order.
 */
final class ByteLevel {

  private static final short[] BYTE_OF = bytesByCharacter();

  private ByteLevel() {}

  /**
   * The bytes of a vocabulary entry. An entry with a character that stands for no byte is taken as
   * text, as Hugging Face's decoder does.
   */
  static byte[] bytes(String spelling) {
    byte[] bytes = new byte[spelling.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = spelling.charAt(i);
      if (c >= BYTE_OF.length || BYTE_OF[c] < 0) {
        return spelling.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTE_OF[c];
    }
    return bytes;
  }

  private static short[] bytesByCharacter() {
    short[] byteOf = new short[0x100 + 68];
    Arrays.fill(byteOf, (short) -1);
    int next = 0x100;
    for (int value = 0; value < 0x100; value++) {
      boolean itself =
          value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xFF && value != 0xAD;
      byteOf[itself ? value : next++] = (short) value;
    }
    return byteOf;
  }
}
