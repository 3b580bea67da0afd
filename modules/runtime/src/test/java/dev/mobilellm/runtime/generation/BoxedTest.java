package dev.mobilellm.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoxedTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "so \\boxed{4}.                        | 4",
        "\\boxed{1} then \\boxed{2}            | 2",
        "\\boxed{\\frac{1}{2}}                 | \\frac{1}{2}",
        "\\boxed{\\{1, 2\\}}                   | \\{1, 2\\}",
        "\\boxed{a \\boxed{b} c}               | b",
        "{ \\boxed{5}                          | 5",
        "} \\boxed{6}                          | 6",
        "\\boxed{7} and \\boxed{8              | 7",
        "\\boxed{ \\boxed{9}                   | 9",
        "\\\\boxed{10}                         | 10",
      })
  void theLastCompleteBoxIsTheAnswer(String text, String answer) {
    assertEquals(Optional.of(answer), Boxed.last(text));
  }

  @ParameterizedTest
  @CsvSource({"no box", "\\boxed{", "\\boxed{1", "\\boxed 4", "boxed{4}", "\\Boxed{4}"})
  void withoutACompleteBoxThereIsNone(String text) {
    assertEquals(Optional.empty(), Boxed.last(text));
  }

  @Test
  void theEndIsBehindTheBraceThatClosesTheFirstBox() {
    String text = "x \\boxed{\\frac{1}{2}}. Then \\boxed{3}";
    Boxed boxed = new Boxed();
    boxed.append(text);
    assertEquals(text.indexOf('.'), boxed.firstEnd());
  }

  @Test
  void aNestedBoxEndsWithTheOuterBrace() {
    Boxed boxed = new Boxed();
    boxed.append("\\boxed{\\boxed{4}");
    assertEquals(-1, boxed.firstEnd());
    boxed.append("} done");
    assertEquals("\\boxed{\\boxed{4}}".length(), boxed.firstEnd());
  }

  @Test
  void piecesGiveWhatTheWholeGives() {
    String text = "a \\{ \\boxed{ x\\}y {z} } b \\boxed{2} c";
    for (int size = 1; size < text.length(); size++) {
      Boxed boxed = new Boxed();
      for (int from = 0; from < text.length(); from += size) {
        boxed.append(text.substring(from, Math.min(text.length(), from + size)));
      }
      assertEquals(Optional.of("2"), boxed.answer());
      assertEquals(text.indexOf(" b "), boxed.firstEnd());
    }
  }
}
