package dev.mobilellm.launcher.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * Writes trees of {@link Map}, {@link Iterable}, {@link String}, {@link Number}, {@link Boolean}
 * and null. An empty {@link Optional} is null, and so are NaN and infinity, which JSON lacks.
 */
public final class JsonTree {

  private JsonTree() {}

  /**
   * Writes a tree as one value.
   *
   * @throws IllegalArgumentException if it holds anything else
   */
  public static void write(JsonGenerator json, Object value) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Optional<?> optional -> write(json, optional.orElse(null));
      case Map<?, ?> map -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          json.writeFieldName(entry.getKey().toString());
          write(json, entry.getValue());
        }
        json.writeEndObject();
      }
      case Iterable<?> elements -> {
        json.writeStartArray();
        for (Object element : elements) {
          write(json, element);
        }
        json.writeEndArray();
      }
      case String text -> json.writeString(text);
      case Boolean flag -> json.writeBoolean(flag);
      case Double number when !Double.isFinite(number) -> json.writeNull();
      case Number number -> json.writeNumber(number.toString());
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }
}
