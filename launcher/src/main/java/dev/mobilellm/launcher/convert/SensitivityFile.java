package dev.mobilellm.launcher.convert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * Sensitivities that were measured, kept in a JSON file after each, so that a run that was ended
 * goes on where it was, and another target needs no measuring. Measurements of another model, text
 * or width are replaced. For one thread.
 */
final class SensitivityFile {

  private static final String SUBJECT = "measured";
  private static final String VALUES = "kl_divergence";

  private final Path file;
  private final String subject;
  private final SequencedMap<String, Double> values;

  private SensitivityFile(Path file, String subject, SequencedMap<String, Double> values) {
    this.file = file;
    this.subject = subject;
    this.values = values;
  }

  /**
   * Reads what there is.
   *
   * @param subject tells measurements apart that cannot be compared
   * @throws UsageException if there is a file that is no such file
   */
  static SensitivityFile open(Path file, String subject) {
    SequencedMap<String, Double> values = new LinkedHashMap<>();
    if (Files.exists(file)) {
      try (JsonParser json = new JsonFactory().createParser(Files.readAllBytes(file))) {
        if (!read(json, file, values).equals(subject)) {
          values.clear();
        }
      } catch (JsonProcessingException e) {
        throw wrong(file);
      } catch (IOException e) {
        throw new UsageException(file + " cannot be read: " + e.getMessage() + ".");
      }
    }
    return new SensitivityFile(file, subject, values);
  }

  /** What was measured for a matrix. */
  OptionalDouble find(String path) {
    Double value = values.get(path);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** All that was measured, by path. */
  Map<String, Double> values() {
    return values;
  }

  /**
   * Adds a measurement and writes the file.
   *
   * @throws ModelException if it cannot be written
   */
  void put(String path, double value) {
    values.put(path, value);
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.createDirectories(file.getParent());
      try (JsonGenerator json =
          new JsonFactory()
              .createGenerator(Files.newOutputStream(temporary))
              .enable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
              .useDefaultPrettyPrinter()) {
        json.writeStartObject();
        json.writeStringField(SUBJECT, subject);
        json.writeObjectFieldStart(VALUES);
        for (Map.Entry<String, Double> entry : values.entrySet()) {
          json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new ModelException(file + " cannot be written: " + e.getMessage() + ".", e);
    }
  }

  private static String read(JsonParser json, Path file, Map<String, Double> values)
      throws IOException {
    String subject = null;
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw wrong(file);
    }
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (key.equals(SUBJECT) && value == JsonToken.VALUE_STRING) {
        subject = json.getText();
      } else if (key.equals(VALUES) && value == JsonToken.START_OBJECT) {
        for (String path = json.nextFieldName(); path != null; path = json.nextFieldName()) {
          if (!json.nextToken().isNumeric()) {
            throw wrong(file);
          }
          values.put(path, json.getDoubleValue());
        }
      } else {
        throw wrong(file);
      }
    }
    if (subject == null) {
      throw wrong(file);
    }
    return subject;
  }

  private static UsageException wrong(Path file) {
    return new UsageException(
        "%s holds no sensitivities; name another file with --sensitivities, or remove it."
            .formatted(file));
  }
}
