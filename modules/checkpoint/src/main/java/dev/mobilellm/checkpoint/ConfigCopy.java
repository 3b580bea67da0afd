package dev.mobilellm.checkpoint;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Copies config.json: all keys in their order, numbers as they are spelled, only what it says about
 * quantization replaced.
 */
final class ConfigCopy {

  /** MLX writes the same object twice, for older and newer readers. */
  private static final List<String> KEYS = List.of("quantization", "quantization_config");

  private static final DefaultPrettyPrinter LAYOUT =
      new DefaultPrettyPrinter(
          Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));

  private ConfigCopy() {}

  /**
   * Copies.
   *
   * @param source a JSON object
   * @param quantization empty if the copy's weights are floats
   */
  static void write(Path source, Path target, Optional<AffineConfig> quantization)
      throws IOException {
    JsonFactory factory = new JsonFactory();
    try (JsonParser parser = factory.createParser(Files.readAllBytes(source));
        OutputStream out = Files.newOutputStream(target);
        JsonGenerator json = factory.createGenerator(out, JsonEncoding.UTF8)) {
      json.setPrettyPrinter(LAYOUT.createInstance());
      parser.nextToken();
      json.writeStartObject();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        if (KEYS.contains(key)) {
          parser.skipChildren();
        } else {
          json.writeFieldName(key);
          copyValue(parser, json);
        }
      }
      if (quantization.isPresent()) {
        for (String key : KEYS) {
          json.writeFieldName(key);
          quantization.get().write(json);
        }
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static void copyValue(JsonParser parser, JsonGenerator json) throws IOException {
    int depth = 0;
    do {
      JsonToken token = parser.currentToken();
      if (token.isNumeric()) {
        json.writeNumber(parser.getText());
      } else {
        json.copyCurrentEvent(parser);
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (depth > 0) {
        parser.nextToken();
      }
    } while (depth > 0);
  }
}
