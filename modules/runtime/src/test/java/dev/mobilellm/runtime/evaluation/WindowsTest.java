package dev.mobilellm.runtime.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mobilellm.spi.UsageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where windows start, and which tokens count. */
class WindowsTest {

  private static final OptionalInt BOS = OptionalInt.of(99);

  @Test
  void windowBehindWindowWithABosInFrontOfEach() {
    List<Window> windows = Windows.of(4).over(text(11), BOS);
    assertEquals(3, windows.size());
    assertArrayEquals(new int[] {99, 0, 1, 2}, windows.get(0).tokens());
    assertArrayEquals(new int[] {99, 3, 4, 5}, windows.get(1).tokens());
    assertArrayEquals(new int[] {99, 6, 7, 8}, windows.get(2).tokens());
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8), counted(windows));
    assertThrows(IndexOutOfBoundsException.class, () -> windows.get(3));
    assertThrows(IndexOutOfBoundsException.class, () -> windows.get(-1));
  }

  @Test
  void overlappingWindowsCountEachTokenOnce() {
    List<Window> windows = new Windows(6, 2, 0).over(text(10), BOS);
    assertEquals(3, windows.size());
    assertArrayEquals(new int[] {99, 4, 5, 6, 7, 8}, windows.get(2).tokens());
    assertEquals(4, windows.get(2).firstScored());
    assertEquals(2, windows.get(2).scored());
    assertEquals(Arrays.stream(text(9)).boxed().toList(), counted(windows));
  }

  @Test
  void warmUpIsWhatATokenHasBeforeItAtLeast() {
    List<Window> windows = new Windows(6, 2, 4).over(text(10), BOS);
    assertEquals(List.of(4, 6, 8), counted(windows));
    assertEquals(List.of(3, 4, 5, 6, 7, 8), counted(new Windows(6, 2, 3).over(text(10), BOS)));
  }

  /**
   * llama.cpp puts one BOS in front of the text, cuts it into windows of n, replaces the first
   * token of each by the BOS, and counts the tokens at n/2+1 to n-1 of each.
   */
  @Test
  void theWindowsOfLlamaCpp() {
    int n = 8;
    List<Integer> stream = new ArrayList<>(List.of(99));
    stream.addAll(Arrays.stream(text(30)).boxed().toList());
    List<Window> windows = new Windows(n, n, n / 2).over(text(30), BOS);
    assertEquals(stream.size() / n, windows.size());
    for (int w = 0; w < windows.size(); w++) {
      List<Integer> chunk = new ArrayList<>(stream.subList(w * n, (w + 1) * n));
      chunk.set(0, 99);
      assertEquals(chunk, Arrays.stream(windows.get(w).tokens()).boxed().toList());
      assertEquals(n / 2 + 1, windows.get(w).firstScored());
    }
  }

  @Test
  void withoutBosTheFirstTokenIsNotPredicted() {
    List<Window> windows = Windows.of(4).over(text(10), OptionalInt.empty());
    assertEquals(3, windows.size());
    assertArrayEquals(new int[] {3, 4, 5, 6}, windows.get(1).tokens());
    assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9), counted(windows));
  }

  @Test
  void aBosThatTheTextBringsIsNotDoubled() {
    int[] text = {99, 1, 2, 3};
    List<Window> windows = Windows.of(4).over(text, BOS);
    assertEquals(1, windows.size());
    assertArrayEquals(text, windows.get(0).tokens());
    assertEquals(1, windows.get(0).firstScored());
  }

  @Test
  void aTextThatFillsNoWindow() {
    UsageException e =
        assertThrows(UsageException.class, () -> Windows.of(512).over(text(300), BOS));
    assertEquals(
        "The text has 300 tokens, but one window of 512 takes 511; give a longer text or a smaller"
            + " --context.",
        e.getMessage());
    assertThrows(UsageException.class, () -> Windows.of(2).over(new int[0], BOS));
    assertEquals(1, Windows.of(512).over(text(511), BOS).size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | 1 | 0 | context must be at least 2, found 1.
          8 | 0 | 0 | stride must be between 1 and 8, found 0.
          8 | 9 | 0 | stride must be between 1 and 8, found 9.
          8 | 4 | 7 | warm-up must be between 0 and 6, found 7.
          8 | 4 |-1 | warm-up must be between 0 and 6, found -1.
          """)
  void numbersThatMakeNoSense(int context, int stride, int warmUp, String sentence) {
    UsageException e =
        assertThrows(UsageException.class, () -> new Windows(context, stride, warmUp));
    assertEquals(sentence, e.getMessage());
  }

  @Test
  void aWindowCountsAtLeastOneTokenAndNeverItsFirst() {
    assertThrows(IllegalArgumentException.class, () -> new Window(new int[] {1, 2}, 0));
    assertThrows(IllegalArgumentException.class, () -> new Window(new int[] {1, 2}, 2));
  }

  /** Token ids that are their own position. */
  private static int[] text(int length) {
    return IntStream.range(0, length).toArray();
  }

  private static List<Integer> counted(List<Window> windows) {
    return windows.stream()
        .flatMapToInt(window -> Arrays.stream(window.tokens()).skip(window.firstScored()))
        .boxed()
        .toList();
  }
}
