package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.elementwise.Activations;
import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.Pass.CachePages;

/**
 * Up to four query rows that read the same keys and values, page by page, with a running maximum
 * and sum (online softmax, Milakov and Gimelshein 2018): scores never leave the first-level cache,
 * however long the context is. One worker's, reused.
 *
 * <p>What a row gets does not depend on its company: scores, maxima and sums of a page are taken
 * row by row.
 */
final class QueryRows {

  /** The most rows: with four, keys and values are loaded once for 16 accumulators. */
  static final int MOST = 4;

  private static final int PAGE = CachePages.PAGE;

  private final int headDim;
  private final long[] queries = new long[MOST];
  private final long[] outputs = new long[MOST];
  private final int[] first = new int[MOST];
  private final int[] last = new int[MOST];
  private final float[] max = new float[MOST];
  private final float[] sum = new float[MOST];
  private long scores;
  private long sums;
  private int count;

  QueryRows(int headDim) {
    this.headDim = headDim;
  }

  /** Scratch memory that {@link #clear} wants: scores and weighted sums of each row. */
  static long scratchBytes(int headDim) {
    return (long) MOST * (PAGE + paddedHead(headDim)) * Float.BYTES;
  }

  /** Values per head, up to whole vectors. */
  static int paddedHead(int headDim) {
    return (headDim + PageProducts.LANES - 1) / PageProducts.LANES * PageProducts.LANES;
  }

  void clear(long scratch) {
    count = 0;
    scores = scratch;
    sums = scratch + (long) MOST * PAGE * Float.BYTES;
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
  void attend(CachePages pages, int kvHead) {
    int from = Integer.MAX_VALUE;
    int to = -1;
    for (int row = 0; row < count; row++) {
      from = Math.min(from, first[row]);
      to = Math.max(to, last[row]);
      max[row] = Float.NEGATIVE_INFINITY;
      sum[row] = 0;
    }
    for (int row = count; row < MOST; row++) {
      queries[row] = queries[count - 1];
    }
    int stride = pages.valueStride();
    Native.fill(sums, (long) MOST * stride * Float.BYTES);
    for (int page = from / PAGE; page <= to / PAGE; page++) {
      int begin = Math.max(from - page * PAGE, 0) / PageProducts.LANES * PageProducts.LANES;
      int end = Math.min(to - page * PAGE + 1, PAGE);
      long keys = pages.keys(page) + (long) kvHead * headDim * PAGE * Float.BYTES;
      PageProducts.scores(
          queries[0], queries[1], queries[2], queries[3], headDim, keys, begin, end, scores);
      for (int row = 0; row < count; row++) {
        weigh(row, page, begin, end, stride);
      }
      for (int row = count; row < MOST; row++) {
        Native.fill(scores + ((long) row * PAGE + begin) * Float.BYTES, (end - begin) * 4L);
      }
      long values = pages.values(page) + (long) kvHead * PAGE * stride * Float.BYTES;
      PageProducts.weightedSums(scores, begin, end, values, stride, sums);
    }
    for (int row = 0; row < count; row++) {
      long source = sums + (long) row * stride * Float.BYTES;
      Rows.scale(source, 1 / sum[row], headDim, outputs[row]);
    }
  }

  /** Turns a row's scores of a page into weights, and rescales what it has summed before. */
  private void weigh(int row, int page, int begin, int end, int stride) {
    long scoresOfRow = scores + (long) row * PAGE * Float.BYTES;
    int padded = (end + PageProducts.LANES - 1) / PageProducts.LANES * PageProducts.LANES;
    int visibleFrom = Math.max(first[row] - page * PAGE, begin);
    int visibleTo = Math.min(last[row] - page * PAGE + 1, end);
    hide(scoresOfRow, begin, Math.min(visibleFrom, padded));
    hide(scoresOfRow, Math.max(visibleTo, begin), padded);
    long start = scoresOfRow + (long) begin * Float.BYTES;
    float largest = Math.max(max[row], Activations.max(start, padded - begin));
    if (largest == Float.NEGATIVE_INFINITY) {
      Native.fill(start, (long) (padded - begin) * Float.BYTES);
      return;
    }
    float rescale = max[row] == largest ? 1 : (float) Math.exp(max[row] - largest);
    if (rescale != 1) {
      long sumsOfRow = sums + (long) row * stride * Float.BYTES;
      Rows.scale(sumsOfRow, rescale, stride, sumsOfRow);
    }
    sum[row] = sum[row] * rescale + Activations.expAndSum(start, padded - begin, largest);
    max[row] = largest;
  }

  private static void hide(long scores, int from, int to) {
    for (int i = from; i < to; i++) {
      Native.putFloat(scores + (long) i * Float.BYTES, Float.NEGATIVE_INFINITY);
    }
  }
}
