package dev.mobilellm.tokenizer.djl;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mobilellm.spi.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A {@code tokenizer.json}, read in one pass without building a tree: the bytes of all tokens, the
 * added tokens, and the text of the file without the latter, so that the native tokenizer never
 * meets a control token.
 */
final class TokenizerFile {

  private static final Set<String> BYTE_LEVEL_DECODER = Set.of("Sequence", "ByteLevel", "Fuse");

  private final Path path;
  private final Vocabulary vocabulary = new Vocabulary();
  private final Map<Integer, AddedToken> addedTokens = new LinkedHashMap<>();
  private final Map<String, List<String>> components = new HashMap<>();
  private final byte[] withoutAddedTokens;

  /** Where the spelling of each vocabulary entry is in the file, by id. */
  private int[] spellingAt = new int[1 << 8];

  private String modelType = "unnamed";
  private boolean affixes;

  /**
   * Reads a file.
   *
   * @throws ModelException if it cannot be read, is broken, or is no byte-level BPE
   */
  TokenizerFile(Path path) {
    this.path = path;
    withoutAddedTokens = JsonText.read(path, this::document);
  }

  Path path() {
    return path;
  }

  /** The bytes of all tokens, the added ones among them. */
  Vocabulary vocabulary() {
    return vocabulary;
  }

  Collection<AddedToken> addedTokens() {
    return addedTokens.values();
  }

  /** The file for a tokenizer that encodes text alone. */
  byte[] withoutAddedTokens() {
    return withoutAddedTokens;
  }

  private void document(JsonText text, JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT || text.offset() < 0) {
      throw new ModelException(path + " should hold a JSON object in UTF-8.");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "model" -> model(text, parser);
        case "added_tokens" -> addedTokens(text, parser);
        case "post_processor" -> {
          // It would add control tokens.
          int start = text.offset();
          parser.skipChildren();
          text.replaceFrom(start, "null");
        }
        default -> components.put(key, types(parser));
      }
    }
    text.expect(parser.nextToken() == null, "there is text after the object's end");
    checkByteLevel();
    joinAddedTokens(text);
  }

  private void model(JsonText text, JsonParser parser) throws IOException {
    text.expect(parser.currentToken() == JsonToken.START_OBJECT, "\"model\" should be an object");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
        entries(text, parser);
      } else if (key.equals("type")) {
        modelType = parser.getText();
      } else if (key.equals("continuing_subword_prefix") || key.equals("end_of_word_suffix")) {
        affixes |= value == JsonToken.VALUE_STRING && !parser.getText().isEmpty();
      } else {
        parser.skipChildren();
      }
    }
  }

  private void entries(JsonText text, JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String spelling = parser.currentName();
      int at = text.offset();
      parser.nextToken();
      int id = id(text, parser);
      if (vocabulary.has(id)) {
        throw text.broken("the id " + id + " is given to two tokens");
      }
      vocabulary.put(id, ByteLevel.bytes(spelling));
      if (id >= spellingAt.length) {
        spellingAt = Arrays.copyOf(spellingAt, Math.max(id + 1, spellingAt.length * 2));
      }
      spellingAt[id] = at;
    }
  }

  private void addedTokens(JsonText text, JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    text.expect(
        parser.currentToken() == JsonToken.START_ARRAY, "\"added_tokens\" should be a list");
    int start = text.offset();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      AddedToken token = addedToken(text, parser);
      AddedToken before = addedTokens.putIfAbsent(token.id(), token);
      if (before != null && !before.equals(token)) {
        throw text.broken("the id " + token.id() + " is given to two added tokens");
      }
    }
    text.replaceFrom(start, "[]");
  }

  private static AddedToken addedToken(JsonText text, JsonParser parser) throws IOException {
    int id = -1;
    String content = "";
    boolean special = false;
    text.expect(
        parser.currentToken() == JsonToken.START_OBJECT, "an added token should be an object");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (key) {
        case "id" -> id = id(text, parser);
        case "content" -> content = parser.getText();
        case "special" -> special = value == JsonToken.VALUE_TRUE;
        default -> parser.skipChildren();
      }
    }
    text.expect(id >= 0 && !content.isEmpty(), "an added token needs \"id\" and \"content\"");
    return new AddedToken(id, content, special);
  }

  /** As each token takes some bytes of the file, a larger id is an error. */
  private static int id(JsonText text, JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      long id = parser.getLongValue();
      if (id >= 0 && id < text.length()) {
        return (int) id;
      }
    }
    throw text.broken("a token's id should be a whole number from 0 to the number of tokens");
  }

  /** The "type" of a component and of all within it. */
  private static List<String> types(JsonParser parser) throws IOException {
    List<String> types = new ArrayList<>();
    int depth = 0;
    do {
      JsonToken token = parser.currentToken();
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.VALUE_STRING && "type".equals(parser.currentName())) {
        types.add(parser.getText());
      }
    } while (depth > 0 && parser.nextToken() != null);
    return types;
  }

  private void checkByteLevel() {
    List<String> decoder = types("decoder");
    boolean toBytes =
        types("pre_tokenizer").contains("ByteLevel") || types("normalizer").contains("ByteLevel");
    if (!modelType.equals("BPE")
        || affixes
        || !toBytes
        || !decoder.contains("ByteLevel")
        || !BYTE_LEVEL_DECODER.containsAll(decoder)) {
      throw new ModelException(
          "%s has a tokenizer that is not supported (model %s%s, pre_tokenizer %s, decoder %s); only byte-level BPE, as that of Llama 3, is."
              .formatted(
                  path,
                  modelType,
                  affixes ? " with affixes" : "",
                  described(types("pre_tokenizer")),
                  described(decoder)));
    }
    BitSet bytes = vocabulary.singleBytes();
    for (int value = 0; value < 0x100; value++) {
      boolean inUtf8 = value < 0xC0 || value > 0xC1 && value < 0xF5;
      if (inUtf8 && !bytes.get(value)) {
        throw new ModelException(
            "%s has no token for the byte 0x%02X in model.vocab, so some texts could not be encoded; get a complete file."
                .formatted(path, value));
      }
    }
  }

  private List<String> types(String component) {
    return components.getOrDefault(component, List.of());
  }

  private static String described(List<String> types) {
    return types.isEmpty() ? "none" : String.join(" + ", types);
  }

  private void joinAddedTokens(JsonText text) {
    for (AddedToken token : addedTokens.values()) {
      if (vocabulary.has(token.id())) {
        byte[] entry = vocabulary.bytes(token.id());
        if (!Arrays.equals(entry, ByteLevel.bytes(token.content()))) {
          throw new ModelException(
              "%s gives the id %d to the added token %s and to the token %s; get a file without such a conflict."
                  .formatted(
                      path,
                      token.id(),
                      token.content(),
                      new String(entry, StandardCharsets.UTF_8)));
        }
        if (token.special()) {
          // Ordinary text could be merged to it. No text has a space once it is spelled in bytes.
          text.blankString(spellingAt[token.id()]);
        }
      }
      vocabulary.put(token.id(), token.content().getBytes(StandardCharsets.UTF_8));
    }
    vocabulary.trim();
  }
}
