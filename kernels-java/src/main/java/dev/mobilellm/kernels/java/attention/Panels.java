package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.cache.PanelLayout;
import dev.mobilellm.kernels.java.spi.CacheType;
import jdk.incubator.vector.FloatVector;

/**
 * The products of attention for one type of cache. Both are the same: queries times keys sums over
 * dimensions and has positions in lanes, weights times values sums over positions and has
 * dimensions in lanes. Kernels are written out for four rows, because C2 keeps only locals in
 * registers; what a panel gives a row does not depend on the other rows. Their loops step by a
 * number that C2 does not know: a loop of known steps is unrolled until the registers do not
 * suffice, which made products half as fast.
 */
abstract class Panels {

  /** Floats of a vector. */
  static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  /** Bytes of a vector. */
  static final long VECTOR_BYTES = (long) LANES * Float.BYTES;

  private final PanelLayout layout;

  Panels(CacheType type) {
    layout = PanelLayout.of(type);
  }

  static Panels of(CacheType type) {
    return switch (type) {
      case F32 -> new F32Panels();
      case F16 -> new F16Panels();
      case BF16 -> new Bf16Panels();
      case Q16 -> new Q16Panels();
      case Q8 -> new Q8Panels();
    };
  }

  final PanelLayout layout() {
    return layout;
  }

  /**
   * {@code sums[row] += sum over n of x[row][n] * panel[n]} for four rows.
   *
   * @param x0 address of the first row's factors
   * @param count rows of the panel
   * @param panel address of its first row
   * @param sums address of the first row's sums, as many as the panel has columns
   * @param sumsBytes bytes from one row's sums to the next row's
   */
  abstract void multiply(
      long x0, long x1, long x2, long x3, int count, long panel, long sums, long sumsBytes);

  /** Whether the cache has scales; without, {@link #scale} is 1. */
  boolean scaled() {
    return false;
  }

  /**
   * What stored values have to be multiplied with.
   *
   * @param source address of floats
   */
  float scale(long source, int count) {
    return 1;
  }

  /** Stores a value that was divided by the scale. */
  abstract void put(long address, float value);
}
