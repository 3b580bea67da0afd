package dev.mobilellm.runtime.evaluation;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The logits of a reference in front of each token that counts: {@link Evaluator#keep} makes them.
 * Read-only once it is made, and then safe for several threads.
 */
public final class KeptLogits implements AutoCloseable {

  private final int vocabularySize;
  private final List<Window> windows;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment logits;
  private int rows;

  /** Memory for the rows of these windows, none of them there yet. */
  KeptLogits(int vocabularySize, List<Window> windows) {
    this.vocabularySize = vocabularySize;
    this.windows = List.copyOf(windows);
    long scored = windows.stream().mapToLong(Window::scored).sum();
    logits = arena.allocate(ValueLayout.JAVA_FLOAT, scored * vocabularySize);
  }

  /** Logits of a row. */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** What the reference read. */
  List<Window> windows() {
    return windows;
  }

  /** Keeps the next row. */
  void add(MemorySegment row) {
    row(rows).copyFrom(row);
    rows++;
  }

  /** A row, in the order of the tokens that count. */
  MemorySegment row(int row) {
    long bytes = (long) vocabularySize * Float.BYTES;
    return logits.asSlice(row * bytes, bytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
