package dev.mobilellm.tokenizer.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mobilellm.spi.text.Tokenizer;
import dev.mobilellm.testkit.TokenizerContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTokenizerTest extends TokenizerContract {

  @TempDir Path directory;

  @Override
  protected Tokenizer open() {
    return Opened.tokenizer(directory, Opened.demo("tokenizer.json"));
  }

  /** Prompts and answers of the model, as they were encoded in another language. */
  @Test
  void goldenPrompts() throws IOException {
    JsonNode cases = Opened.JSON.readTree(Opened.demo("golden.json")).get("cases");
    assertFalse(cases.isEmpty());
    try (Tokenizer tokenizer = open()) {
      for (JsonNode golden : cases) {
        String prompt = golden.get("prompt").asText();
        int[] ids = Opened.JSON.convertValue(golden.get("prompt_ids"), int[].class);
        assertArrayEquals(ids, encodePrompt(tokenizer, prompt));
        assertEquals(prompt, Opened.decoded(tokenizer, ids));
        int[] output = Opened.JSON.convertValue(golden.get("output_ids"), int[].class);
        assertEquals(
            golden.get("output_text").asText(),
            Opened.decoded(
                tokenizer, Arrays.stream(output).filter(id -> !tokenizer.isSpecial(id)).toArray()));
      }
    }
  }

  /** What a chat template's parts become. */
  private static int[] encodePrompt(Tokenizer tokenizer, String prompt) {
    return Arrays.stream(prompt.split("(?=<\\|)|(?<=\\|>)"))
        .flatMapToInt(
            part ->
                tokenizer.special(part).isPresent()
                    ? IntStream.of(tokenizer.special(part).getAsInt())
                    : IntStream.of(tokenizer.encode(part)))
        .toArray();
  }
}
