package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed does not depend on where its reader lives. */
final class LocaleTest {

  /** Other digits, a comma for the point, and an i without a dot. */
  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "de-DE", "tr-TR"})
  void theSameEverywhere(String locale) {
    String wanted = inspect("en-US");
    assertEquals(wanted, inspect(locale));
  }

  @Test
  void messagesToo() {
    String message =
        Application.run(java("ar-EG"), "--threads", "0", "--prompt", "x").assertFailed(2);
    assertEquals("mobilellm: --threads must be at least 1, found 0.", message);
  }

  private static String inspect(String locale) {
    return Application.run(java(locale), "inspect").assertQuiet().out();
  }

  private static Map<String, String> java(String locale) {
    String[] parts = locale.split("-");
    return Map.of(
        "MOBILELLM_JAVA_OPTS", "-Duser.language=%s -Duser.country=%s".formatted((Object[]) parts));
  }
}
