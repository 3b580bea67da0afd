package dev.mobilellm.spi.sampling;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * The tokens that may come next, with their logits. Starts as the whole vocabulary in the order of
 * ids; processors change logits and drop candidates. One object is refilled for each token, so that
 * nothing is allocated in the token loop. Not thread-safe.
 */
public final class Candidates {

  /** Ranges longer than this are worth a sample. */
  private static final int LONG = 600;

  private final int[] ids;
  private final float[] logits;
  private int size;
  private int sorted;

  public Candidates(int vocabularySize) {
    ids = new int[vocabularySize];
    logits = new float[vocabularySize];
  }

  /** Starts again with the whole vocabulary. */
  public void fill(MemorySegment source) {
    MemorySegment.copy(source, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, logits, 0, logits.length);
    reset();
  }

  /** Starts again with the whole vocabulary. */
  public void fill(float[] source) {
    System.arraycopy(source, 0, logits, 0, logits.length);
    reset();
  }

  private void reset() {
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i;
    }
    size = ids.length;
    sorted = 0;
  }

  /** How many there are. */
  public int size() {
    return size;
  }

  /** Entries of the vocabulary. */
  public int vocabularySize() {
    return ids.length;
  }

  /** The token at an index below {@link #size()}. */
  public int id(int index) {
    return ids[Objects.checkIndex(index, size)];
  }

  public float logit(int index) {
    return logits[Objects.checkIndex(index, size)];
  }

  /** Changes the logit at an index; the order counts as lost. */
  public void setLogit(int index, float logit) {
    logits[Objects.checkIndex(index, size)] = logit;
    sorted = 0;
  }

  /**
   * Where a token stands, or -1 if it was dropped. Fast as long as nothing was dropped or sorted.
   */
  public int indexOf(int id) {
    if (id >= 0 && id < size && ids[id] == id) {
      return id;
    }
    for (int i = 0; i < size; i++) {
      if (ids[i] == id) {
        return i;
      }
    }
    return -1;
  }

  /** Multiplies all logits by a factor greater than 0; the order stays. */
  public void scale(float factor) {
    for (int i = 0; i < size; i++) {
      logits[i] *= factor;
    }
  }

  /** Drops all from an index on; at least one stays. */
  public void keep(int count) {
    if (count < 1 || count > size) {
      throw new IllegalArgumentException("keep " + count + " of " + size);
    }
    size = count;
    sorted = Math.min(sorted, size);
  }

  /**
   * Drops all with a smaller logit or none (NaN); the others keep their order. If nothing reaches
   * the limit, all stay. One pass.
   */
  public void keepAtLeast(float logit) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (logits[i] >= logit) {
        logits[kept] = logits[i];
        ids[kept] = ids[i];
        kept++;
      }
    }
    if (kept > 0) {
      keep(kept);
    }
  }

  /** The index of the largest logit, that with the lowest id among equals; NaN is never largest. */
  public int argmax() {
    if (sorted > 0) {
      return 0;
    }
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      if (logits[i] > largest) {
        largest = logits[i];
      }
    }
    int best = -1;
    for (int i = 0; i < size; i++) {
      if (logits[i] >= largest && (best < 0 || ids[i] < ids[best])) {
        best = i;
      }
    }
    return Math.max(best, 0);
  }

  /**
   * Moves the {@code count} largest logits to the front in descending order, equals by ascending
   * id; the rest follows in no particular order. Costs {@link #selectTop} and the sorting of those
   * asked for.
   */
  public void sortTop(int count) {
    int wanted = Math.min(count, size);
    if (wanted <= sorted) {
      return;
    }
    selectTop(wanted);
    sort(sorted, wanted - 1);
    sorted = wanted;
  }

  /**
   * Moves the {@code count} largest logits to the front; among equals those with the lowest ids.
   * Neither they nor the rest have a particular order. Costs about one pass if few are asked for,
   * else a few.
   */
  public void selectTop(int count) {
    int wanted = Math.min(count, size);
    if (wanted <= sorted || wanted == size) {
      return;
    }
    select(sorted, size - 1, wanted - 1);
  }

  /**
   * One step of a selection: reorders a range so that its first part comes before its second in the
   * order of {@link #sortTop}. Both parts hold at least one. A caller that goes on with the part it
   * is interested in finds, for example, how many candidates hold half of the probability, without
   * sorting.
   *
   * @param from the first index, inclusive
   * @param to the last index, exclusive; the range holds at least two
   * @return the index at which the second part starts
   */
  public int split(int from, int to) {
    Objects.checkFromToIndex(from, to, size);
    if (to - from < 2) {
      throw new IllegalArgumentException("a range of " + (to - from) + " cannot be split");
    }
    int middle = (from + to) >>> 1;
    if (to <= sorted) {
      return middle;
    }
    sorted = Math.min(sorted, from);
    return partition(from, to - 1, median(from, middle, to - 1)) + 1;
  }

  /**
   * Moves the first in order, up to an index, to the front of a range: the selection of Floyd and
   * Rivest (1975, Algorithm 489). The pivot of a long range is selected from a sample, so that it
   * falls close to the border and one pass is nearly enough.
   */
  private void select(int from, int to, int border) {
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

  private void sort(int from, int to) {
    int low = from;
    int high = to;
    while (low < high) {
      if (high - low < 16) {
        insertionSort(low, high);
        return;
      }
      int split = partition(low, high, median(low, (low + high) >>> 1, high));
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
