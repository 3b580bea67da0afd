package dev.mobilellm.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a tokenizer for random weights, so that they can be served: texts become bytes, one token
 * each, and all other tokens are invented words. Control tokens are where the published models have
 * them.
 */
final class RandomTokenizer {

  /** Of the published models. */
  static final int VOCABULARY = 128_256;

  private static final int FIRST_SPECIAL = 128_000;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String TEMPLATE =
      """
      {{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>

      {{ message['content'] }}<|eot_id|>{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>

      {% endif %}\
      """;

  private RandomTokenizer() {}

  /** Writes tokenizer.json, tokenizer_config.json and chat_template.jinja. */
  static void write(Path directory) throws IOException {
    ObjectNode tokenizer = MAPPER.createObjectNode().put("version", "1.0");
    ArrayNode added = tokenizer.putArray("added_tokens");
    ObjectNode decoder = MAPPER.createObjectNode();
    for (int id = FIRST_SPECIAL; id < VOCABULARY; id++) {
      ObjectNode token = special(id);
      added.add(token.deepCopy().put("id", id));
      decoder.set(String.valueOf(id), token);
    }
    tokenizer.set("pre_tokenizer", byteLevel());
    tokenizer.set("decoder", byteLevel());
    ObjectNode model = tokenizer.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < FIRST_SPECIAL; id++) {
      vocabulary.put(id < 256 ? symbol(id) : symbol(' ') + "w" + Integer.toString(id, 36), id);
    }
    model.putArray("merges");
    Files.writeString(directory.resolve("tokenizer.json"), tokenizer.toString());
    ObjectNode config = MAPPER.createObjectNode();
    config.set("added_tokens_decoder", decoder);
    config.put("bos_token", "<|begin_of_text|>").put("eos_token", "<|eot_id|>");
    Files.writeString(directory.resolve("tokenizer_config.json"), config.toString());
    Files.writeString(directory.resolve("chat_template.jinja"), TEMPLATE);
  }

  private static ObjectNode special(int id) {
    String content =
        switch (id) {
          case 128_000 -> "<|begin_of_text|>";
          case 128_001 -> "<|end_of_text|>";
          case 128_006 -> "<|start_header_id|>";
          case 128_007 -> "<|end_header_id|>";
          case 128_008 -> "<|eom_id|>";
          case 128_009 -> "<|eot_id|>";
          default -> "<|reserved_" + id + "|>";
        };
    return MAPPER
        .createObjectNode()
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
  }

  private static ObjectNode byteLevel() {
    return MAPPER
        .createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  /** The letter that byte-level BPE writes a byte as (GPT-2). */
  private static String symbol(int value) {
    if (isPrintable(value)) {
      return String.valueOf((char) value);
    }
    int hidden = 0;
    for (int other = 0; other < value; other++) {
      hidden += isPrintable(other) ? 0 : 1;
    }
    return String.valueOf((char) (256 + hidden));
  }

  private static boolean isPrintable(int value) {
    return value >= '!' && value <= '~' || value >= 0xa1 && value <= 0xff && value != 0xad;
  }
}
