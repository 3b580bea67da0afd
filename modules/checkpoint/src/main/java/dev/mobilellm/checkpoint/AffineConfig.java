package dev.mobilellm.checkpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mobilellm.spi.weights.AffineGroups;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What config.json says about quantized weights, as MLX writes it.
 *
 * @param common how a matrix is quantized that has scales and no entry of its own
 * @param exceptions how single matrices are quantized, by path: their name without {@code .weight}
 */
public record AffineConfig(AffineGroups common, SequencedMap<String, AffineGroups> exceptions) {

  public AffineConfig {
    exceptions = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(exceptions));
  }

  /** Writes one object. */
  void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    writeSettings(json, common);
    json.writeStringField("mode", "affine");
    for (Map.Entry<String, AffineGroups> exception : exceptions.entrySet()) {
      json.writeObjectFieldStart(exception.getKey());
      writeSettings(json, exception.getValue());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void writeSettings(JsonGenerator json, AffineGroups groups) throws IOException {
    json.writeNumberField("group_size", groups.groupSize());
    json.writeNumberField("bits", groups.bits());
  }
}
