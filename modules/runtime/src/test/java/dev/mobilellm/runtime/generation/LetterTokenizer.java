package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.Set;

/** A token for each byte; 256 is the control token {@code <end>}. */
final class LetterTokenizer implements Tokenizer {

  static final int END = 256;

  @Override
  public int[] encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      ids[i] = bytes[i] & 0xff;
    }
    return ids;
  }

  @Override
  public OptionalInt special(String token) {
    return token.equals("<end>") ? OptionalInt.of(END) : OptionalInt.empty();
  }

  @Override
  public Set<String> specialTokens() {
    return Set.of("<end>");
  }

  @Override
  public byte[] decode(int token) {
    return token == END ? "<end>".getBytes(StandardCharsets.UTF_8) : new byte[] {(byte) token};
  }

  @Override
  public boolean isSpecial(int token) {
    return token == END;
  }

  @Override
  public int vocabularySize() {
    return 257;
  }

  @Override
  public void close() {}
}
