package dev.mobilellm.kernels.java.elementwise;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums across the lanes of a vector in a fixed order. {@code reduceLanes} leaves the order open,
 * and interpreter and compiler take different ones: an answer would depend on how warm the JVM is.
 */
public final class Sums {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final VectorShuffle<Float> BY_8 = swap(8);
  private static final VectorShuffle<Float> BY_4 = swap(4);
  private static final VectorShuffle<Float> BY_2 = swap(2);
  private static final VectorShuffle<Float> BY_1 = swap(1);

  private Sums() {}

  /** The sum of all lanes: halves onto each other until one is left. */
  public static float of(FloatVector v) {
    if (LANES >= 16) {
      v = v.add(v.rearrange(BY_8));
    }
    if (LANES >= 8) {
      v = v.add(v.rearrange(BY_4));
    }
    if (LANES >= 4) {
      v = v.add(v.rearrange(BY_2));
    }
    if (LANES >= 2) {
      v = v.add(v.rearrange(BY_1));
    }
    return v.lane(0);
  }

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ distance) % LANES);
  }
}
