package dev.mobilellm.tokenizer.djl;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.spi.text.Tokenizer;
import dev.mobilellm.testkit.Fixtures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Tokenizers in folders that look like checkpoints. */
final class Opened {

  static final ObjectMapper JSON = new ObjectMapper();

  private Opened() {}

  /** Opens what the provider makes of a tokenizer.json. */
  static Tokenizer tokenizer(Path directory, byte[] json) {
    try {
      Files.writeString(directory.resolve("config.json"), "{}");
      Files.write(directory.resolve("tokenizer.json"), json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new DjlTokenizers().open(CheckpointFiles.open(directory));
  }

  static byte[] llama3() {
    byte[] zipped = Fixtures.bytes("llama3-tokenizer/tokenizer.json.gz");
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of the demo model. */
  static byte[] demo(String file) {
    try (InputStream in = Opened.class.getResourceAsStream("/demo-model/" + file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The demo model's tokenizer.json, to be changed. */
  static ObjectNode demoTree() {
    try {
      return (ObjectNode) JSON.readTree(demo("tokenizer.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytes(ObjectNode tree) {
    return tree.toString().getBytes(StandardCharsets.UTF_8);
  }

  static String decoded(Tokenizer tokenizer, int... ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(tokenizer.decode(id));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
