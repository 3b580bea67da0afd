package dev.mobilellm.tokenizer.djl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.mobilellm.spi.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A JSON file that is read once from beginning to end, and of which what was read can be blanked
 * out in place: lines stay where they are. Errors name file, line and column.
 */
final class JsonText {

  /** What reads the text. */
  interface Reader {
    void read(JsonText text, JsonParser parser) throws IOException;
  }

  private static final long MAX_BYTES = 100_000_000;

  // Interned names pay for files that are read again and again.
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private final Path path;
  private final byte[] bytes;
  private final JsonParser parser;

  private JsonText(Path path, byte[] bytes, JsonParser parser) {
    this.path = path;
    this.bytes = bytes;
    this.parser = parser;
  }

  /**
   * Reads a file.
   *
   * @return its bytes, as the reader left them
   * @throws ModelException if it cannot be read or is broken
   */
  static byte[] read(Path path, Reader reader) {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new ModelException(
            "%s has %d bytes; at most %d are read.".formatted(path, Files.size(path), MAX_BYTES));
      }
      byte[] bytes = Files.readAllBytes(path);
      try (JsonParser parser = FACTORY.createParser(bytes)) {
        reader.read(new JsonText(path, bytes, parser), parser);
      }
      return bytes;
    } catch (JsonEOFException e) {
      throw broken(path, e.getLocation(), "the text ends before the object is complete");
    } catch (JsonProcessingException e) {
      throw broken(path, e.getLocation(), plain(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new ModelException(path + " cannot be read: " + reason(e) + ".", e);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      default -> String.valueOf(e.getMessage());
    };
  }

  int length() {
    return bytes.length;
  }

  /** Where the current token begins; negative if the text is not UTF-8. */
  int offset() {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  /** Overwrites the object or list that ends with the current token, if it has the room. */
  void replaceFrom(int start, String replacement) {
    byte[] by = replacement.getBytes(StandardCharsets.US_ASCII);
    int end = offset() + 1;
    if (!parser.currentToken().isStructEnd() || end - start < by.length) {
      return;
    }
    for (int i = start; i < end; i++) {
      if (bytes[i] != '\n' && bytes[i] != '\r') {
        bytes[i] = ' ';
      }
    }
    System.arraycopy(by, 0, bytes, start, by.length);
  }

  /** Turns all characters of the string that begins here with its quote into spaces. */
  void blankString(int start) {
    for (int i = start + 1; bytes[i] != '"'; i++) {
      if (bytes[i] == '\\') {
        bytes[i++] = ' ';
      }
      bytes[i] = ' ';
    }
  }

  void expect(boolean condition, String reason) {
    if (!condition) {
      throw broken(reason);
    }
  }

  ModelException broken(String reason) {
    return broken(path, parser.currentTokenLocation(), reason);
  }

  private static ModelException broken(Path path, JsonLocation location, String reason) {
    return new ModelException(
        "%s, line %d, column %d: broken JSON: %s."
            .formatted(path, location.getLineNr(), location.getColumnNr(), reason));
  }

  /** The parser's own words without the clause that speaks of its options or expectations. */
  private static String plain(String message) {
    String text =
        message
            .lines()
            .findFirst()
            .orElse("it cannot be understood")
            .replaceFirst("\\s*[,;:(][^,;:(]*(Feature|Source|Constraints|expecting).*", "");
    return Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }
}
