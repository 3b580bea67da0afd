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

  /** The index of the largest logit, that with the lowest id among equals. */
  public int argmax() {
    int best = 0;
    for (int i = 1; i < size; i++) {
      if (before(i, best)) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Moves the {@code count} largest logits to the front in descending order, equals by ascending
   * id; the rest follows in no particular order. Costs about one pass over all plus the sorting of
   * those asked for.
   */
  public void sortTop(int count) {
    int wanted = Math.min(count, size);
    if (wanted <= sorted) {
      return;
    }
    if (wanted < size) {
      partition(sorted, size - 1, wanted);
    }
    sort(sorted, wanted - 1);
    sorted = wanted;
  }

  /** Moves the {@code wanted} first in order before all others: Hoare's selection. */
  private void partition(int from, int to, int wanted) {
    int low = from;
    int high = to;
    while (low < high) {
      int pivot = median(low, (low + high) >>> 1, high);
      int split = split(low, high, pivot);
      if (wanted - 1 <= split) {
        high = split;
      } else {
        low = split + 1;
      }
    }
  }

  private void sort(int from, int to) {
    int low = from;
    int high = to;
    while (low < high) {
      if (high - low < 16) {
        insertionSort(low, high);
        return;
      }
      int split = split(low, high, median(low, (low + high) >>> 1, high));
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
   * Hoare's partition: afterwards nothing after the returned index stands before what is up to it.
   */
  private int split(int low, int high, int pivot) {
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
