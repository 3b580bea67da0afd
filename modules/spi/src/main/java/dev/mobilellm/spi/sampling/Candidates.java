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
  private final CandidateOrder order;
  private int size;
  private int sorted;

  public Candidates(int vocabularySize) {
    ids = new int[vocabularySize];
    logits = new float[vocabularySize];
    order = new CandidateOrder(ids, logits);
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
    order.sort(sorted, wanted - 1);
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
    order.select(sorted, size - 1, wanted - 1);
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
    return order.partitionAtMedian(from, middle, to - 1) + 1;
  }
}
