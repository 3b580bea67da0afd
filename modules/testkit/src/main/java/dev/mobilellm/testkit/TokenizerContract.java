package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.text.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every tokenizer must do that keeps all bytes of a text, as byte-level BPE does. Extend it in
 * a test class of the plugin's module.
 */
public abstract class TokenizerContract {

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "\n",
          "What is 2+2?",
          "  two  spaces\tand\r\nlines \n\n\n",
          "3.14159e-10 12345678901234567890",
          "naïve café – “quoted” … €",
          "Привет, мир! שלום مرحبا नमस्ते",
          "日本語と中文和한국어",
          "👩‍👩‍👧‍👦 🇩🇪 e\u0301 \u200b\u00a0",
          "\\boxed{\\frac{1}{2}}",
          "a".repeat(3000));

  private Tokenizer tokenizer;

  /** For subclasses. */
  protected TokenizerContract() {}

  /** Opens the tokenizer under test. */
  protected abstract Tokenizer open();

  @BeforeEach
  void openTokenizer() {
    tokenizer = open();
  }

  @AfterEach
  void closeTokenizer() {
    tokenizer.close();
  }

  @Test
  void decodesWhatItEncoded() {
    for (String text : TEXTS) {
      int[] ids = tokenizer.encode(text);
      assertTrue(
          Arrays.stream(ids).allMatch(id -> id >= 0 && id < tokenizer.vocabularySize()), text);
      assertEquals(text, decoded(ids));
    }
    assertEquals(0, tokenizer.encode("").length);
  }

  @Test
  void textNeverBecomesAControlToken() {
    assertFalse(tokenizer.specialTokens().isEmpty(), "a tokenizer with control tokens is wanted");
    for (String special : tokenizer.specialTokens()) {
      String text = "before" + special + " " + special + "after";
      int[] ids = tokenizer.encode(text);
      assertTrue(Arrays.stream(ids).noneMatch(tokenizer::isSpecial), special);
      assertEquals(text, decoded(ids));
    }
  }

  @Test
  void controlTokensAreFoundBySpelling() {
    for (String special : tokenizer.specialTokens()) {
      int id = tokenizer.special(special).orElseThrow();
      assertTrue(tokenizer.isSpecial(id), special);
      assertEquals(special, decoded(new int[] {id}));
    }
    assertEquals(OptionalInt.empty(), tokenizer.special("no such token"));
    assertEquals(OptionalInt.empty(), tokenizer.special(""));
  }

  @Test
  void unknownIdsAreEmptyAndNegativeOnesRefused() {
    assertArrayEquals(new byte[0], tokenizer.decode(tokenizer.vocabularySize()));
    assertThrows(IndexOutOfBoundsException.class, () -> tokenizer.decode(-1));
  }

  @Test
  void severalThreadsMayEncode() {
    List<int[]> expected = TEXTS.stream().map(tokenizer::encode).toList();
    IntStream.range(0, 200)
        .parallel()
        .forEach(
            i -> {
              int text = i % TEXTS.size();
              assertArrayEquals(expected.get(text), tokenizer.encode(TEXTS.get(text)));
            });
  }

  private String decoded(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(tokenizer.decode(id));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
