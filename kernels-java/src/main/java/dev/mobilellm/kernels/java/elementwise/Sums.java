package dev.mobilellm.kernels.java.elementwise;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums across the lanes of vectors in a fixed order: halves are added onto each other until one
 * lane is left. {@code reduceLanes} leaves the order open, and interpreter and compiler take
 * different ones: an answer would depend on how warm the JVM is.
 */
public final class Sums {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Floats of a vector: 4, 8 or 16. */
  public static final int LANES = FLOATS.length();

  private static final long VECTOR_BYTES = (long) LANES * Float.BYTES;
  private static final VectorShuffle<Float> BY_8 = swap(8);
  private static final VectorShuffle<Float> BY_4 = swap(4);
  private static final VectorShuffle<Float> BY_2 = swap(2);
  private static final VectorShuffle<Float> BY_1 = swap(1);
  private static final VectorMask<Float> UPPER_8 = lanesWith(8);
  private static final VectorMask<Float> UPPER_4 = lanesWith(4);
  private static final VectorMask<Float> UPPER_2 = lanesWith(2);
  private static final VectorMask<Float> UPPER_1 = lanesWith(1);

  private Sums() {}

  /** The sum of all lanes. */
  public static float of(FloatVector v) {
    if (LANES >= 16) {
      v = v.rearrange(BY_8).add(v);
    }
    if (LANES >= 8) {
      v = v.rearrange(BY_4).add(v);
    }
    v = v.rearrange(BY_2).add(v);
    return v.rearrange(BY_1).add(v).lane(0);
  }

  /**
   * Sums the lanes of {@link #LANES} vectors at once, each in the order of {@link #of}, in place:
   * afterwards lane i of the first vector is the sum of vector i. Level by level through memory,
   * because one method with all vectors as locals is too large for the compiler to inline into.
   *
   * @param vectors address of the vectors, aligned
   */
  public static void ofAll(long vectors) {
    if (LANES >= 16) {
      for (int i = 0; i < 8; i++) {
        store(vectors, i, by8(load(vectors, i), load(vectors, i + 8)));
      }
    }
    if (LANES >= 8) {
      for (int i = 0; i < 4; i++) {
        store(vectors, i, by4(load(vectors, i), load(vectors, i + 4)));
      }
    }
    for (int i = 0; i < 2; i++) {
      store(vectors, i, by2(load(vectors, i), load(vectors, i + 2)));
    }
    store(vectors, 0, by1(load(vectors, 0), load(vectors, 1)));
  }

  private static FloatVector load(long vectors, int i) {
    return FloatVector.fromMemorySegment(
        FLOATS, Native.ALL, vectors + i * VECTOR_BYTES, Native.ORDER);
  }

  private static void store(long vectors, int i, FloatVector v) {
    v.intoMemorySegment(Native.ALL, vectors + i * VECTOR_BYTES, Native.ORDER);
  }

  /** Halves of two vectors onto each other: a's sums in the lower half, b's in the upper. */
  private static FloatVector by8(FloatVector a, FloatVector b) {
    return a.blend(b, UPPER_8).add(b.blend(a, UPPER_8).rearrange(BY_8));
  }

  private static FloatVector by4(FloatVector a, FloatVector b) {
    return a.blend(b, UPPER_4).add(b.blend(a, UPPER_4).rearrange(BY_4));
  }

  private static FloatVector by2(FloatVector a, FloatVector b) {
    return a.blend(b, UPPER_2).add(b.blend(a, UPPER_2).rearrange(BY_2));
  }

  private static FloatVector by1(FloatVector a, FloatVector b) {
    return a.blend(b, UPPER_1).add(b.blend(a, UPPER_1).rearrange(BY_1));
  }

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ distance) % LANES);
  }

  private static VectorMask<Float> lanesWith(int bit) {
    boolean[] lanes = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = (lane & bit) != 0;
    }
    return VectorMask.fromArray(FLOATS, lanes, 0);
  }
}
