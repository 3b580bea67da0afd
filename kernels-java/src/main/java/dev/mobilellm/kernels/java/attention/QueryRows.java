package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.elementwise.Activations;
import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.Pass.CachePages;
import jdk.incubator.vector.FloatVector;

/**
 * Query rows that read the same keys and values, page by page, with a running maximum and sum
 * (online softmax, Milakov and Gimelshein 2018): scores never leave the first-level cache, however
 * long the context is, and all rows are done with a page before the next one is read. One worker's,
 * reused.
 *
 * <p>What a row gets does not depend on its company: scores, maxima and sums of a page are taken
 * row by row.
 */
final class QueryRows {

  /** Rows that are multiplied together. */
  static final int TOGETHER = 4;

  /** The most rows: a page is then read once from memory for all of them. */
  static final int MOST = 16;

  private static final int PAGE = CachePages.PAGE;
  private static final long SCORE_BYTES = (long) PAGE * Float.BYTES;

  private final PagePanels pagePanels;
  private final int headDim;
  private final int stride;
  private final long[] queries = new long[MOST];
  private final long[] outputs = new long[MOST];
  private final int[] first = new int[MOST];
  private final int[] last = new int[MOST];
  private final float[] max = new float[MOST];
  private CachePages pages;
  private int kvHead;
  private long scores;
  private long sums;
  private int count;

  QueryRows(PagePanels panels, int headDim) {
    pagePanels = panels;
    this.headDim = headDim;
    stride = panels.padded(headDim);
  }

  /** Scratch memory that {@link #clear} wants: scores of four rows, weighted sums of each. */
  long scratchBytes() {
    return TOGETHER * SCORE_BYTES + MOST * sumBytes();
  }

  /** A row's weighted values, and a vector of sums of its weights. */
  private long sumBytes() {
    return (stride + Panels.LANES) * (long) Float.BYTES;
  }

  void clear(long scratch) {
    count = 0;
    scores = scratch;
    sums = scratch + TOGETHER * SCORE_BYTES;
  }

  /**
   * Adds a row.
   *
   * @param query address of its query, scaled
   * @param firstVisible the first position that it sees
   * @param position the last one: its own
   * @param output where its result goes
   */
  void add(long query, int firstVisible, int position, long output) {
    queries[count] = query;
    first[count] = firstVisible;
    last[count] = position;
    outputs[count] = output;
    count++;
  }

  /** Computes all rows. */
  void attend(CachePages cache, int head) {
    pages = cache;
    kvHead = head;
    int from = Integer.MAX_VALUE;
    int to = -1;
    for (int row = 0; row < count; row++) {
      from = Math.min(from, first[row]);
      to = Math.max(to, last[row]);
      max[row] = Float.NEGATIVE_INFINITY;
    }
    for (int row = count; row < MOST; row++) {
      queries[row] = queries[count - 1];
    }
    Native.clear(sums, MOST * sumBytes());
    for (int page = from / PAGE; page <= to / PAGE; page++) {
      int begin = Math.max(from - page * PAGE, 0) / pagePanels.columns() * pagePanels.columns();
      int end = Math.min(to - page * PAGE + 1, PAGE);
      for (int row = 0; row < count; row += TOGETHER) {
        score(row, page, begin, end);
        weigh(row, page, begin, end);
        accumulate(row, page, begin, end);
      }
    }
    for (int row = 0; row < count; row++) {
      long sumsOfRow = sums + row * sumBytes();
      float total = total(sumsOfRow + (long) stride * Float.BYTES);
      Rows.scale(sumsOfRow, 1 / total, headDim, outputs[row]);
    }
  }

  /** Queries times keys, up to whole panels. */
  private void score(int row, int page, int begin, int end) {
    Panels panels = pagePanels.of(page);
    int columns = pagePanels.columns();
    int padded = pagePanels.padded(end);
    clearScores(0, begin, padded);
    long panelBytes = (long) headDim * panels.layout().rowBytes();
    long keys = pages.keys(page, kvHead);
    for (int position = begin; position < padded; position += columns) {
      panels.multiply(
          queries[row],
          queries[row + 1],
          queries[row + 2],
          queries[row + 3],
          headDim,
          keys + position / columns * panelBytes,
          scores + (long) position * Float.BYTES,
          SCORE_BYTES);
    }
    if (panels.scaled()) {
      scaleScores(pages.keyScales(page, kvHead), begin, padded);
    }
  }

  private void weigh(int row, int page, int begin, int end) {
    Panels panels = pagePanels.of(page);
    int rows = Math.min(TOGETHER, count - row);
    for (int i = 0; i < rows; i++) {
      weighRow(row + i, scores + i * SCORE_BYTES, page, begin, pagePanels.padded(end));
    }
    clearScores(rows, begin, end);
    if (panels.scaled()) {
      scaleScores(pages.valueScales(page, kvHead), begin, end);
    }
  }

  /** Turns a row's scores of a page into weights, and rescales what it has summed before. */
  private void weighRow(int row, long scoresOfRow, int page, int begin, int end) {
    int visibleFrom = Math.max(first[row] - page * PAGE, begin);
    int visibleTo = Math.min(last[row] - page * PAGE + 1, end);
    hide(scoresOfRow, begin, Math.min(visibleFrom, end));
    hide(scoresOfRow, Math.max(visibleTo, begin), end);
    long start = scoresOfRow + (long) begin * Float.BYTES;
    float largest = Math.max(max[row], Activations.max(start, end - begin));
    if (largest == Float.NEGATIVE_INFINITY) {
      Native.clear(start, (long) (end - begin) * Float.BYTES);
      return;
    }
    long sumsOfRow = sums + row * sumBytes();
    if (max[row] != largest) {
      float rescale = (float) Math.exp(max[row] - largest);
      Rows.scale(sumsOfRow, rescale, stride + Panels.LANES, sumsOfRow);
    }
    Activations.expAndAdd(start, end - begin, largest, sumsOfRow + (long) stride * Float.BYTES);
    max[row] = largest;
  }

  /** Weights times values. */
  private void accumulate(int row, int page, int begin, int end) {
    Panels panels = pagePanels.of(page);
    long weights = scores + (long) begin * Float.BYTES;
    long panelBytes = (long) PAGE * panels.layout().rowBytes();
    long values = pages.values(page, kvHead) + (long) begin * panels.layout().rowBytes();
    long target = sums + row * sumBytes();
    for (int panel = 0; panel < pagePanels.count(headDim); panel++) {
      panels.multiply(
          weights,
          weights + SCORE_BYTES,
          weights + 2 * SCORE_BYTES,
          weights + 3 * SCORE_BYTES,
          end - begin,
          values + panel * panelBytes,
          target + (long) panel * pagePanels.columns() * Float.BYTES,
          sumBytes());
    }
  }

  private void scaleScores(long scales, int from, int to) {
    long at = (long) from * Float.BYTES;
    for (int i = 0; i < TOGETHER; i++) {
      long start = scores + i * SCORE_BYTES + at;
      Rows.multiply(start, scales + at, to - from, start);
    }
  }

  /** Zeros, in whole vectors. */
  private void clearScores(int firstRow, int from, int to) {
    FloatVector zero = FloatVector.zero(FloatVector.SPECIES_PREFERRED);
    for (int i = firstRow; i < TOGETHER; i++) {
      long start = scores + i * SCORE_BYTES;
      for (int position = from; position < to; position += Panels.LANES) {
        zero.intoMemorySegment(Native.ALL, start + (long) position * Float.BYTES, Native.ORDER);
      }
    }
  }

  private static float total(long lanes) {
    float total = 0;
    for (int i = 0; i < Panels.LANES; i++) {
      total += Native.getFloat(lanes + (long) i * Float.BYTES);
    }
    return total;
  }

  private static void hide(long scores, int from, int to) {
    for (int i = from; i < to; i++) {
      Native.putFloat(scores + (long) i * Float.BYTES, Float.NEGATIVE_INFINITY);
    }
  }
}
