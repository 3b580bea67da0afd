package dev.mobilellm.runtime.generation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Finds {@code \boxed{...}} in a text that comes in pieces. Braces are matched; a brace behind a
 * backslash is an ordinary character, as in LaTeX. Of nested boxes the inner one is the answer, and
 * the outer one's brace the end. Not thread-safe.
 */
public final class Boxed {

  private static final String COMMAND = "\\boxed";
  private static final int PLAIN = -1;

  /** For each open brace where its box's content starts, or {@link #PLAIN}. */
  private final Deque<Integer> open = new ArrayDeque<>();

  private final StringBuilder text = new StringBuilder();
  private int scanned;
  private int openBoxes;
  private int answerStart = -1;
  private int answerEnd = -1;
  private int firstEnd = -1;

  /** An empty text. */
  public Boxed() {}

  /**
   * The content of the last complete box of a text.
   *
   * @return empty if there is none
   */
  public static Optional<String> last(String text) {
    Boxed boxed = new Boxed();
    boxed.append(text);
    return boxed.answer();
  }

  /** Continues the text. */
  public void append(String piece) {
    text.append(piece);
    while (scanned < text.length()) {
      switch (text.charAt(scanned)) {
        case '\\' -> {
          if (scanned + 1 == text.length()) {
            return;
          }
          scanned++;
        }
        case '{' -> opened();
        case '}' -> closed();
        default -> {}
      }
      scanned++;
    }
  }

  /** The content of the last complete box, or empty while there is none. */
  public Optional<String> answer() {
    return answerStart < 0 ? Optional.empty() : Optional.of(text.substring(answerStart, answerEnd));
  }

  /** The index behind the brace that closed the first box, or -1 while none is closed. */
  public int firstEnd() {
    return firstEnd;
  }

  private void opened() {
    int command = scanned - COMMAND.length();
    boolean box = command >= 0 && text.substring(command, scanned).equals(COMMAND);
    openBoxes += box ? 1 : 0;
    open.push(box ? scanned + 1 : PLAIN);
  }

  private void closed() {
    if (open.isEmpty()) {
      return;
    }
    int start = open.pop();
    if (start == PLAIN) {
      return;
    }
    openBoxes--;
    if (start > answerStart) {
      answerStart = start;
      answerEnd = scanned;
    }
    if (openBoxes == 0 && firstEnd < 0) {
      firstEnd = scanned + 1;
    }
  }
}
