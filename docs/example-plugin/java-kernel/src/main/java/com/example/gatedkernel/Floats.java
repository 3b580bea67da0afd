package com.example.gatedkernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Products of floats in native memory. Weights are little-endian and start at any byte. */
final class Floats {

  /** A constant, or the compiler makes no vector instructions. */
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Floats() {}

  /**
   * A scalar product, always summed in the same order.
   *
   * @param left bytes from {@code leftOffset} on
   * @param right bytes from {@code rightOffset} on
   * @param count floats of each
   */
  static float dot(
      MemorySegment left, long leftOffset, MemorySegment right, long rightOffset, int count) {
    FloatVector sums = FloatVector.zero(SPECIES);
    int bound = SPECIES.loopBound(count);
    int i = 0;
    for (; i < bound; i += SPECIES.length()) {
      long at = (long) i * Float.BYTES;
      FloatVector l =
          FloatVector.fromMemorySegment(SPECIES, left, leftOffset + at, ByteOrder.LITTLE_ENDIAN);
      FloatVector r =
          FloatVector.fromMemorySegment(SPECIES, right, rightOffset + at, ByteOrder.LITTLE_ENDIAN);
      sums = l.fma(r, sums);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; i < count; i++) {
      long at = (long) i * Float.BYTES;
      sum = Math.fma(left.get(FLOAT, leftOffset + at), right.get(FLOAT, rightOffset + at), sum);
    }
    return sum;
  }
}
