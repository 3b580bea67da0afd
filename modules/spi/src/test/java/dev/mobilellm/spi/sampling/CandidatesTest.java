package dev.mobilellm.spi.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Selection against sorting everything, on random logits with ties, infinities and NaN. */
class CandidatesTest {

  private static final int[] SIZES = {1, 2, 3, 15, 16, 17, 100, 599, 601, 602, 777, 3001};

  private final Random random = new Random(5);

  @Test
  void sortTopIsTheFrontOfTheSortedWhole() {
    for (int size : SIZES) {
      for (int round = 0; round < 20; round++) {
        float[] logits = logits(size);
        int[] expected = sorted(logits);
        Candidates candidates = candidates(logits);
        int first = 1 + random.nextInt(size);
        int second = 1 + random.nextInt(size);
        candidates.sortTop(first);
        candidates.sortTop(second);
        int top = Math.max(first, second);
        assertArrayEquals(Arrays.copyOf(expected, top), ids(candidates, 0, top));
        assertPaired(logits, candidates);
      }
    }
  }

  @Test
  void selectTopFindsTheSameTokensAsSorting() {
    for (int size : SIZES) {
      for (int round = 0; round < 20; round++) {
        float[] logits = logits(size);
        int[] expected = sorted(logits);
        Candidates candidates = candidates(logits);
        if (random.nextBoolean()) {
          candidates.sortTop(1 + random.nextInt(size));
        }
        int count = 1 + random.nextInt(size);
        candidates.selectTop(count);
        assertArrayEquals(
            Arrays.stream(expected).limit(count).sorted().toArray(),
            Arrays.stream(ids(candidates, 0, count)).sorted().toArray());
        assertPaired(logits, candidates);
        candidates.keep(count);
        candidates.sortTop(count);
        assertArrayEquals(Arrays.copyOf(expected, count), ids(candidates, 0, count));
      }
    }
  }

  @Test
  void askingForMoreThanThereIsSortsAll() {
    float[] logits = logits(50);
    Candidates candidates = candidates(logits);
    candidates.selectTop(1000);
    candidates.sortTop(1000);
    assertArrayEquals(sorted(logits), ids(candidates, 0, 50));
  }

  @Test
  void regularLogitsOfAWholeVocabularyAreSelected() {
    int size = 128_256;
    IntToDoubleFunction[] shapes = {
      i -> i, i -> -i, i -> 1, i -> Math.min(i, size - i), i -> i % 7, i -> -Math.abs(i - size / 2)
    };
    for (IntToDoubleFunction shape : shapes) {
      float[] logits = new float[size];
      for (int i = 0; i < size; i++) {
        logits[i] = (float) shape.applyAsDouble(i);
      }
      int[] expected = sorted(logits);
      for (int count : new int[] {1, 40, 5000, size / 2, size - 1}) {
        Candidates candidates = candidates(logits);
        candidates.sortTop(count);
        assertArrayEquals(Arrays.copyOf(expected, count), ids(candidates, 0, count));
      }
    }
  }

  @Test
  void argmaxIsTheFirstOfTheSorted() {
    for (int size : SIZES) {
      for (int round = 0; round < 20; round++) {
        float[] logits = logits(size);
        Candidates candidates = candidates(logits);
        if (random.nextBoolean()) {
          candidates.selectTop(1 + random.nextInt(size));
        }
        int best = candidates.id(candidates.argmax());
        assertEquals(Float.isNaN(logits[best]) ? best : sorted(logits)[0], best);
      }
    }
  }

  @Test
  void argmaxOfNoNumbersIsACandidate() {
    assertEquals(0, candidates(Float.NaN, Float.NaN).argmax());
    assertEquals(1, candidates(Float.NaN, Float.NEGATIVE_INFINITY).argmax());
    assertEquals(0, candidates(Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY).argmax());
  }

  @Test
  void splitPutsWhatComesFirstInFront() {
    for (int size : SIZES) {
      for (int round = 0; round < 20 && size > 1; round++) {
        float[] logits = logits(size);
        Candidates candidates = candidates(logits);
        int[] rank = new int[size];
        int[] expected = sorted(logits);
        for (int i = 0; i < size; i++) {
          rank[expected[i]] = i;
        }
        if (random.nextBoolean()) {
          candidates.sortTop(random.nextInt(size));
        }
        int from = random.nextInt(size - 1);
        int to = from + 2 + random.nextInt(size - from - 1);
        int[] outside = ids(candidates, 0, from);
        int border = candidates.split(from, to);
        assertTrue(border > from && border < to, border + " in " + from + " to " + to);
        int last = Arrays.stream(ids(candidates, from, border)).map(id -> rank[id]).max().orElse(0);
        int first = Arrays.stream(ids(candidates, border, to)).map(id -> rank[id]).min().orElse(0);
        assertTrue(last < first, "the parts overlap");
        assertArrayEquals(outside, ids(candidates, 0, from));
        assertPaired(logits, candidates);
        candidates.sortTop(size);
        assertArrayEquals(expected, ids(candidates, 0, size));
      }
    }
  }

  @Test
  void splitRefusesWhatIsNoRange() {
    Candidates candidates = candidates(3, 2, 1);
    assertThrows(IllegalArgumentException.class, () -> candidates.split(1, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> candidates.split(1, 4));
  }

  @Test
  void keepAtLeastDropsWhatIsSmallerAndKeepsTheOrder() {
    Candidates candidates = candidates(1, 3, Float.NaN, 2, Float.NEGATIVE_INFINITY, 3, 2.5f);
    candidates.keepAtLeast(2);
    assertArrayEquals(new int[] {1, 3, 5, 6}, ids(candidates, 0, candidates.size()));
    assertEquals(2.5f, candidates.logit(3));
    candidates.sortTop(2);
    candidates.keepAtLeast(2.5f);
    candidates.sortTop(3);
    assertArrayEquals(new int[] {1, 5, 6}, ids(candidates, 0, candidates.size()));
  }

  @Test
  void keepAtLeastKeepsAllIfNoneReachesTheLimit() {
    Candidates candidates = candidates(1, 2, 3);
    candidates.keepAtLeast(4);
    assertArrayEquals(new int[] {0, 1, 2}, ids(candidates, 0, candidates.size()));
    candidates.keepAtLeast(Float.NaN);
    assertEquals(3, candidates.size());
  }

  @Test
  void changedLogitsAreSortedAnew() {
    Candidates candidates = candidates(1, 2, 3);
    candidates.sortTop(3);
    candidates.setLogit(0, 0);
    candidates.sortTop(3);
    assertArrayEquals(new int[] {1, 0, 2}, ids(candidates, 0, 3));
    assertEquals(2, candidates.indexOf(2));
    candidates.keep(2);
    assertEquals(-1, candidates.indexOf(2));
  }

  @Test
  void keepNeedsACountThatIsThere() {
    Candidates candidates = candidates(1, 2, 3);
    assertThrows(IllegalArgumentException.class, () -> candidates.keep(0));
    assertThrows(IllegalArgumentException.class, () -> candidates.keep(4));
  }

  /** Logits of few values or many, at times with what is no number. */
  private float[] logits(int size) {
    float[] logits = new float[size];
    boolean ties = random.nextBoolean();
    boolean odd = random.nextInt(3) == 0;
    for (int i = 0; i < size; i++) {
      logits[i] = ties ? random.nextInt(5) - 2 : (float) random.nextGaussian();
      if (odd && random.nextInt(4) == 0) {
        logits[i] = random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
      }
    }
    return logits;
  }

  private static Candidates candidates(float... logits) {
    Candidates candidates = new Candidates(logits.length);
    candidates.fill(logits);
    return candidates;
  }

  private static int[] sorted(float[] logits) {
    Comparator<Integer> descending =
        Comparator.comparing(
            id -> Float.isNaN(logits[id]) ? Double.NaN : -(double) logits[id] + 0.0);
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(descending.thenComparing(Comparator.naturalOrder()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static int[] ids(Candidates candidates, int from, int to) {
    return IntStream.range(from, to).map(candidates::id).toArray();
  }

  /** Every token is there once, with its own logit. */
  private static void assertPaired(float[] logits, Candidates candidates) {
    assertEquals(logits.length, candidates.size());
    boolean[] seen = new boolean[logits.length];
    for (int i = 0; i < candidates.size(); i++) {
      int id = candidates.id(i);
      assertTrue(!seen[id], "a token stands twice");
      seen[id] = true;
      assertEquals(logits[id], candidates.logit(i));
    }
  }
}
