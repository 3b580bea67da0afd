package dev.mobilellm.checkpoint;

import static dev.mobilellm.checkpoint.RawFile.entry;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of damaged files: each is either refused in words or read within its bounds. */
class DamagedFilesTest {

  private static final int ROUNDS = 5_000;
  private static final String MARKS = "0123456789-[]{}\",:";

  @TempDir Path directory;

  @Test
  void safetensors() throws IOException {
    byte[] sound =
        RawFile.bytes(
            "{\"__metadata__\":{\"format\":\"pt\"},"
                + entry("model.norm.weight", "F32", "4", 0, 16)
                + ","
                + entry("model.embed_tokens.weight", "BF16", "3,2", 16, 28)
                + "}",
            28);
    SplittableRandom random = new SplittableRandom(17);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] damaged = damage(sound, sound.length - 28, random);
      Path file = Files.write(directory.resolve("x.safetensors"), damaged);
      try (Arena arena = Arena.ofConfined()) {
        for (StoredTensor tensor : SafetensorsFile.map(file, arena).tensors().values()) {
          tensor.data().toArray(ValueLayout.JAVA_BYTE);
          tensor.dense();
        }
      } catch (ModelException e) {
        refused++;
        assertTrue(e.getMessage().contains("x.safetensors"), e.getMessage());
      }
    }
    assertTrue(refused > ROUNDS / 2, "refused: " + refused);
  }

  @Test
  void config() throws IOException {
    byte[] sound =
        "{\"model_type\":\"llama4_text\",\"eos_token_id\":[1,2.5e3],\"x\":{\"y\":null,\"z\":true}}"
            .getBytes(StandardCharsets.UTF_8);
    SplittableRandom random = new SplittableRandom(18);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Files.write(directory.resolve("config.json"), damage(sound, sound.length, random));
      try {
        CheckpointFiles.open(directory);
      } catch (ModelException e) {
        refused++;
        assertTrue(e.getMessage().contains("config.json"), e.getMessage());
      }
    }
    assertTrue(refused > ROUNDS / 2, "refused: " + refused);
  }

  /**
   * Cuts the end off, or overwrites some of the first bytes, half of them with what JSON is made
   * of.
   */
  private static byte[] damage(byte[] sound, int reach, SplittableRandom random) {
    if (random.nextInt(8) == 0) {
      return Arrays.copyOf(sound, random.nextInt(sound.length));
    }
    byte[] damaged = sound.clone();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(reach);
      damaged[at] =
          (byte)
              (random.nextBoolean()
                  ? random.nextInt(256)
                  : MARKS.charAt(random.nextInt(MARKS.length())));
    }
    return damaged;
  }
}
