package dev.mobilellm.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TextStreamTest {

  private final LetterTokenizer tokenizer = new LetterTokenizer();
  private final List<String> pieces = new ArrayList<>();

  @Test
  void charactersComeWhole() {
    TextStream stream = feed("a\u00e9\ud83d\ude00b", List.of(), false);
    assertEquals(List.of("a", "\u00e9", "\ud83d\ude00", "b"), pieces);
    assertEquals("a\u00e9\ud83d\ude00b", stream.text());
  }

  @Test
  void anIncompleteCharacterAtTheEndIsReplaced() {
    TextStream stream = stream(List.of(), false);
    stream.append('a');
    stream.append(0xf0);
    stream.append(0x9f);
    assertEquals("a", stream.text());
    stream.finish();
    assertEquals("a\ufffd", stream.text());
  }

  @Test
  void controlTokensGiveNoText() {
    TextStream stream = stream(List.of(), false);
    stream.append('a');
    stream.append(LetterTokenizer.END);
    stream.append('b');
    stream.finish();
    assertEquals("ab", stream.text());
  }

  @Test
  void whatMayBecomeAStopStringIsHeldBack() {
    TextStream stream = stream(List.of("END", "##"), false);
    for (char c : "xENy#z".toCharArray()) {
      assertEquals(Optional.empty(), stream.append(c));
    }
    assertEquals(List.of("x", "ENy", "#z"), pieces);
  }

  @Test
  void aStopStringEndsTheTextAndIsNotPartOfIt() {
    TextStream stream = stream(List.of("END"), false);
    Optional<FinishReason> reason = Optional.empty();
    for (char c : "some END".toCharArray()) {
      assertEquals(Optional.empty(), reason);
      reason = stream.append(c);
    }
    stream.finish();
    assertEquals(Optional.of(FinishReason.STOP_STRING), reason);
    assertEquals("some ", stream.text());
    assertEquals("some ", String.join("", pieces));
  }

  @Test
  void theEarliestStopStringWins() {
    TextStream stream = stream(List.of("bc", "abcd"), false);
    feedUntilEnd(stream, "xabcd");
    assertEquals("xa", stream.text());
  }

  @Test
  void whatWasHeldBackComesAtTheEnd() {
    TextStream stream = feed("abEN", List.of("END"), false);
    assertEquals("abEN", stream.text());
  }

  @Test
  void theClosingBraceEndsTheText() {
    TextStream stream = stream(List.of(), true);
    feedUntilEnd(stream, "so \\boxed{\\frac{1}{2}} or so");
    assertEquals("so \\boxed{\\frac{1}{2}}", stream.text());
  }

  private TextStream stream(List<String> stop, boolean stopAtBoxed) {
    return new TextStream(tokenizer, stop, stopAtBoxed, pieces::add);
  }

  private TextStream feed(String text, List<String> stop, boolean stopAtBoxed) {
    TextStream stream = stream(stop, stopAtBoxed);
    for (int id : tokenizer.encode(text)) {
      stream.append(id);
    }
    stream.finish();
    return stream;
  }

  private void feedUntilEnd(TextStream stream, String text) {
    for (int id : tokenizer.encode(text)) {
      if (stream.append(id).isPresent()) {
        break;
      }
    }
    stream.finish();
  }
}
