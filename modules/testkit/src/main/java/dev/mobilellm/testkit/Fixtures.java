package dev.mobilellm.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Golden data: tiny checkpoints of every variant of the family with the logits of a float64
 * reference, chat-template cases, tokenizer cases, and vectors of MLX's quantizer.
 */
public final class Fixtures {

  /** The tiny checkpoints; each has {@code golden.json} beside its files, and no tokenizer. */
  public static final List<String> CHECKPOINTS =
      List.of(
          "dual-branch-mlp",
          "f16-untied-bias-noqknorm",
          "mlx-4bit-g64",
          "mlx-8bit-g32",
          "mlx-mixed",
          "mqa",
          "nope-default-interval",
          "nope-tempered-chunked",
          "r1-bf16",
          "r1-f32-sharded",
          "rope-all-off");

  private static final List<String> CHECKPOINT_FILES =
      List.of(
          "config.json",
          "golden.json",
          "model.safetensors",
          "model.safetensors.index.json",
          "model-00001-of-00003.safetensors",
          "model-00002-of-00003.safetensors",
          "model-00003-of-00003.safetensors");

  private Fixtures() {}

  /**
   * Copies a checkpoint to a folder of its own.
   *
   * @param name one of {@link #CHECKPOINTS}
   * @param parent an existing folder
   * @return the checkpoint's folder
   */
  public static Path checkpoint(String name, Path parent) {
    if (!CHECKPOINTS.contains(name)) {
      throw new IllegalArgumentException("no fixture " + name + "; there are " + CHECKPOINTS);
    }
    try {
      Path directory = Files.createDirectories(parent.resolve(name));
      for (String file : CHECKPOINT_FILES) {
        try (InputStream in =
            Fixtures.class.getResourceAsStream("/fixtures/" + name + "/" + file)) {
          if (in != null) {
            Files.write(directory.resolve(file), in.readAllBytes());
          }
        }
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A file of the fixtures that is no checkpoint: {@code demo-chats/chats.txt} and {@code
   * demo-chats/tokens.txt} (see {@link DemoChat}), {@code jinja/cases.json}, {@code
   * llama3-tokenizer/reference-ids.json}, {@code llama3-tokenizer/tokenizer.json.gz}, {@code
   * mlx-quantize.json}.
   */
  public static byte[] bytes(String path) {
    try (InputStream in = Fixtures.class.getResourceAsStream("/fixtures/" + path)) {
      if (in == null) {
        throw new IllegalArgumentException("no fixture " + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
