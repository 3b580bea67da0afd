package dev.mobilellm.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes one JSON object and a line break to stdout. */
public final class JsonOutput {

  /** What writes the object. */
  @FunctionalInterface
  public interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private JsonOutput() {}

  /** Writes to the console's stdout as UTF-8. */
  public static void write(Console console, Content content) {
    try (JsonGenerator json = FACTORY.createGenerator(console.out())) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    console.out().println();
    console.out().flush();
  }
}
