package dev.mobilellm.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON to the trees that {@link Settings} holds. Strict, because these files decide what is
 * computed: a repeated key, a comment or text after the end is an error.
 */
final class Json {

  /** The largest text; a tokenizer.json has some tens of megabytes. */
  static final long MAX_BYTES = 100_000_000;

  private static final int MAX_DEPTH = 100;
  private static final int MAX_DIGITS = 1_000;

  /** Bounds the memory of the tree: an empty object takes 3 bytes in a file and 64 on the heap. */
  private static final long MAX_TOKENS = 10_000_000;

  // Canonical names pay for files that are read again and again; a file of colliding names would
  // make them slow.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .maxDocumentLength(MAX_BYTES)
                  .maxTokenCount(MAX_TOKENS)
                  .build())
          .build();

  private final String where;
  private final JsonParser parser;

  private Json(String where, JsonParser parser) {
    this.where = where;
    this.parser = parser;
  }

  /**
   * Reads one JSON object, which must be all that the stream holds.
   *
   * @param where the file, for errors
   * @throws ModelException if the text is anything else, with line and column
   */
  static Map<String, Object> object(String where, InputStream in) {
    try (JsonParser parser = FACTORY.createParser(in)) {
      return new Json(where, parser).document();
    } catch (JsonEOFException e) {
      throw broken(where, e.getLocation(), "the text ends before the object is complete");
    } catch (StreamConstraintsException _) {
      throw new ModelException(
          "%s is too large: read are at most %d bytes, %d values, %d levels and numbers of %d digits."
              .formatted(where, MAX_BYTES, MAX_TOKENS, MAX_DEPTH, MAX_DIGITS));
    } catch (JsonProcessingException e) {
      throw broken(where, e.getLocation(), plain(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new ModelException(where + " cannot be read: " + FileProblem.reason(e) + ".", e);
    }
  }

  private Map<String, Object> document() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw new ModelException(where + " is empty; it should hold a JSON object.");
    }
    if (first != JsonToken.START_OBJECT) {
      throw new ModelException(
          "%s should hold a JSON object, found %s."
              .formatted(where, first == JsonToken.START_ARRAY ? "a list" : "a single value"));
    }
    Map<String, Object> tree = members();
    if (parser.nextToken() != null) {
      throw broken(where, parser.currentTokenLocation(), "there is text after the object's end");
    }
    return tree;
  }

  private Map<String, Object> members() throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonLocation location = parser.currentTokenLocation();
      if (members.containsKey(key)) {
        throw broken(where, location, "the key \"" + key + "\" occurs twice in one object");
      }
      members.put(key, value(parser.nextToken()));
    }
    return members;
  }

  private List<Object> elements() throws IOException {
    List<Object> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      elements.add(value(token));
    }
    return elements;
  }

  private Object value(JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> members();
      case START_ARRAY -> elements();
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case null, default ->
          throw broken(where, parser.currentTokenLocation(), "a value is missing");
    };
  }

  private static ModelException broken(String where, JsonLocation location, String reason) {
    String place =
        location == null
            ? ""
            : ", line " + location.getLineNr() + ", column " + location.getColumnNr();
    return new ModelException("%s%s: broken JSON: %s.".formatted(where, place, reason));
  }

  /** The parser's own words without its last clause, where that speaks of its options or input. */
  private static String plain(String message) {
    String text =
        message
            .lines()
            .findFirst()
            .orElse("it cannot be understood")
            .replaceFirst("\\s*[,;:(][^,;:(]*(Feature|Source).*", "");
    return Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }
}
