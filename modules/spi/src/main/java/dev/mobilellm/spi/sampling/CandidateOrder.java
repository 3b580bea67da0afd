package dev.mobilellm.spi.sampling;

/**
 * Brings candidates into their order, in place: descending by logit, equals by ascending id, NaN
 * last. Indices are inclusive at both ends.
 */
final class CandidateOrder {

  /** Ranges longer than this are worth a sample. */
  private static final int LONG = 600;

  private final int[] ids;
  private final float[] logits;

  CandidateOrder(int[] ids, float[] logits) {
    this.ids = ids;
    this.logits = logits;
  }

  /**
   * Moves the first in order, up to an index, to the front of a range: the selection of Floyd and
   * Rivest (1975, Algorithm 489). The pivot of a long range is selected from a sample, so that it
   * falls close to the border and one pass is nearly enough.
   */
  void select(int from, int to, int border) {
    int low = from;
    int high = to;
    while (low < high) {
      int pivot = border;
      if (high - low > LONG) {
        sample(low, high, border);
      } else {
        pivot = median(low, (low + high) >>> 1, high);
      }
      int split = partition(low, high, pivot);
      if (border <= split) {
        high = split;
      } else {
        low = split + 1;
      }
    }
  }

  /** Brings a good pivot to the border. */
  private void sample(int low, int high, int border) {
    double n = high - low + 1;
    double log = Math.log(n);
    double count = 0.5 * Math.exp(2 * log / 3);
    double rank = border - low + 1;
    double slack = 0.5 * Math.sqrt(log * count * (n - count) / n) * Math.signum(rank - n / 2);
    int first = (int) Math.max(low, border - rank * count / n + slack);
    int last = (int) Math.min(high, border + (n - rank) * count / n + slack);
    select(first, last, border);
  }

  /** Sorts a range. */
  void sort(int from, int to) {
    int low = from;
    int high = to;
    while (low < high) {
      if (high - low < 16) {
        insertionSort(low, high);
        return;
      }
      int split = partitionAtMedian(low, (low + high) >>> 1, high);
      if (split - low < high - split) {
        sort(low, split);
        low = split + 1;
      } else {
        sort(split + 1, high);
        high = split;
      }
    }
  }

  /**
   * Partitions a range of at least two around the median of its first, a middle and its last.
   *
   * @return the last index of the first part
   */
  int partitionAtMedian(int low, int middle, int high) {
    return partition(low, high, median(low, middle, high));
  }

  /**
   * Hoare's partition: afterwards nothing after the returned index comes before what is up to it.
   */
  private int partition(int low, int high, int pivot) {
    float logit = logits[pivot];
    int id = ids[pivot];
    int i = low - 1;
    int j = high + 1;
    while (true) {
      do {
        i++;
      } while (before(logits[i], ids[i], logit, id));
      do {
        j--;
      } while (before(logit, id, logits[j], ids[j]));
      if (i >= j) {
        return j == high ? j - 1 : j;
      }
      swap(i, j);
    }
  }

  private int median(int a, int b, int c) {
    if (before(a, b)) {
      return before(b, c) ? b : before(a, c) ? c : a;
    }
    return before(a, c) ? a : before(b, c) ? c : b;
  }

  private void insertionSort(int low, int high) {
    for (int i = low + 1; i <= high; i++) {
      for (int j = i; j > low && before(j, j - 1); j--) {
        swap(j, j - 1);
      }
    }
  }

  private boolean before(int left, int right) {
    return before(logits[left], ids[left], logits[right], ids[right]);
  }

  /** Descending by logit; NaN, which a broken processor may write, comes last. */
  private static boolean before(float logit, int id, float otherLogit, int otherId) {
    if (logit > otherLogit) {
      return true;
    }
    if (logit < otherLogit) {
      return false;
    }
    boolean nan = Float.isNaN(logit);
    boolean otherNan = Float.isNaN(otherLogit);
    return nan == otherNan ? id < otherId : otherNan;
  }

  private void swap(int i, int j) {
    float logit = logits[i];
    logits[i] = logits[j];
    logits[j] = logit;
    int id = ids[i];
    ids[i] = ids[j];
    ids[j] = id;
  }
}
