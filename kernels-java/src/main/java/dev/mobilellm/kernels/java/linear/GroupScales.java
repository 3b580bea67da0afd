package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The scales and biases of a vector of rows, as {@link GroupedLayout} stores them. */
final class GroupScales {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final IntVector UPPER = IntVector.broadcast(INTS, 0xFFFF0000);
  private static final IntVector SIXTEEN = IntVector.broadcast(INTS, 16);

  private GroupScales() {}

  static FloatVector scale(long at, boolean pair) {
    if (pair) {
      return ints(at).and(UPPER).reinterpretAsFloats();
    }
    return FloatVector.fromMemorySegment(FLOATS, Native.ALL, at, Native.ORDER);
  }

  static FloatVector bias(long at, boolean pair) {
    if (pair) {
      return ints(at).lanewise(VectorOperators.LSHL, SIXTEEN).reinterpretAsFloats();
    }
    return FloatVector.fromMemorySegment(
        FLOATS, Native.ALL, at + GroupedLayout.WORD_BYTES, Native.ORDER);
  }

  private static IntVector ints(long at) {
    return IntVector.fromMemorySegment(INTS, Native.ALL, at, Native.ORDER);
  }
}
