package dev.mobilellm.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.mobilellm.spi.text.Tokenizer;
import java.nio.charset.StandardCharsets;

/** Single tokens as text. Safe for several threads. */
record TokenText(Tokenizer tokenizer) {

  /** The text of a token; what is no whole character is U+FFFD. */
  String of(int token) {
    return new String(tokenizer.decode(token), StandardCharsets.UTF_8);
  }

  /** Its bytes. */
  void bytes(int token, ArrayNode into) {
    for (byte b : tokenizer.decode(token)) {
      into.add(b & 0xff);
    }
  }
}
