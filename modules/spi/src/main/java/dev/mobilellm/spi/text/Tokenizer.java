package dev.mobilellm.spi.text;

import java.util.OptionalInt;
import java.util.Set;

/** Text to token ids and back. Safe for several threads. */
public interface Tokenizer extends AutoCloseable {

  /**
   * Encodes text as text: no control tokens, no BOS, no truncation. The spelling of a control token
   * is encoded as the ordinary characters that it is made of.
   */
  int[] encode(String text);

  /** The id of a control token by its exact spelling, or empty if there is no such token. */
  OptionalInt special(String token);

  /** The spellings of all control tokens. */
  Set<String> specialTokens();

  /**
   * The bytes that a token stands for: a part of a UTF-8 text that need not start or end between
   * characters. For a control token the bytes of its spelling.
   *
   * @return empty for an id without an entry
   * @throws IndexOutOfBoundsException if the id is negative
   */
  byte[] decode(int token);

  /** Whether the id is that of a control token. */
  boolean isSpecial(int token);

  /** One more than the largest id. */
  int vocabularySize();

  @Override
  void close();
}
