package dev.mobilellm.launcher.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultilineTest {

  @Test
  void aLineIsAMessage() {
    assertEquals(List.of("one", "", " two"), messages("one\n\n two\n"));
    assertEquals(List.of("without line break"), messages("without line break"));
  }

  @Test
  void aBackslashGoesOn() {
    assertEquals(List.of("one\ntwo\nthree", "four"), messages("one\\\ntwo\\\nthree\nfour\n"));
  }

  @Test
  void twoBackslashesAreText() {
    assertEquals(List.of("1 \\\\", "2"), messages("1 \\\\\n2\n"));
  }

  @Test
  void quotesMakeABlock() {
    assertEquals(
        List.of("one\n\n  two\\\nthree", "four"),
        messages("\"\"\"\none\n\n  two\\\nthree\n\"\"\"\nfour\n"));
    assertEquals(List.of("one\ntwo"), messages("\"\"\"one\ntwo\"\"\" \n"));
    assertEquals(List.of("one line"), messages("\"\"\"one line\"\"\"\n"));
    assertEquals(List.of(""), messages("\"\"\"\"\"\"\n"));
  }

  @Test
  void whatIsNotFinishedAtTheEndIsTakenAsItIs() {
    assertEquals(List.of("one\ntwo"), messages("\"\"\"\none\ntwo"));
    assertEquals(List.of("one"), messages("one\\"));
  }

  @Test
  void charactersOutsideAsciiArrive() {
    assertEquals(List.of("größer als ∞ 🙂"), messages("größer als ∞ 🙂\r\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"\"", "\"\"\"\"\"", "\"\"\"a\nb", "a\\", "a\\\nb\\", "\\", "\\\\\\"})
  void incomplete(String typed) {
    assertFalse(Multiline.isComplete(typed));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a\\\\", "a\\\nb", "say \"\"\"", "\"\"\"\"\"\""})
  void complete(String typed) {
    assertTrue(Multiline.isComplete(typed));
  }

  private static List<String> messages(String typed) {
    List<String> messages = new ArrayList<>();
    try (PipedInput input =
        new PipedInput(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)))) {
      for (Optional<String> next = input.next(); next.isPresent(); next = input.next()) {
        messages.add(next.get());
      }
    }
    return messages;
  }
}
