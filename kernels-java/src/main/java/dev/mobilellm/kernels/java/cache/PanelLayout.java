package dev.mobilellm.kernels.java.cache;

import dev.mobilellm.kernels.java.spi.CacheType;
import jdk.incubator.vector.FloatVector;

/**
 * Where values lie in a panel: a matrix of few columns whose rows follow each other, so that a
 * product reads it front to back. A row is as wide as vectors of 32-bit words need to give whole
 * vectors of floats: column {@code c} is in word {@code c % lanes}, at place {@code c / lanes} of
 * it. Shifts and masks of a vector of words then give neighbouring columns in their order.
 *
 * @param columns of a panel
 * @param rowBytes bytes of a row
 * @param placeBytes from one place to the next; those of float32 are vectors apart
 */
public record PanelLayout(int columns, int rowBytes, int placeBytes) {

  private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  /** The layout for a type of cache. */
  public static PanelLayout of(CacheType type) {
    int vectorBytes = LANES * Float.BYTES;
    return switch (type) {
      case F32 -> new PanelLayout(2 * LANES, 2 * vectorBytes, vectorBytes);
      case F16, BF16, Q16 -> new PanelLayout(2 * LANES, vectorBytes, Short.BYTES);
      case Q8 -> new PanelLayout(4 * LANES, vectorBytes, Byte.BYTES);
    };
  }

  /** How many panels hold so many columns. */
  public int panels(int width) {
    return (width + columns - 1) / columns;
  }

  /** Where a column is, from the start of its row. */
  public int offset(int column) {
    return column % LANES * Float.BYTES + column / LANES * placeBytes;
  }
}
