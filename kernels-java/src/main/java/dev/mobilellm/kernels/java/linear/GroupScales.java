package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What is added to a block's sums behind each group: its products, scaled, and its bias. */
final class GroupScales {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final long VECTOR_BYTES = FLOATS.vectorByteSize();
  private static final IntVector UPPER = IntVector.broadcast(INTS, 0xFFFF0000);
  private static final IntVector SIXTEEN = IntVector.broadcast(INTS, 16);

  private GroupScales() {}

  /**
   * {@code y += scale * (products - excess * sum) + bias * sum} for the rows of a block.
   *
   * @param products address of one float per row
   * @param scales address of the scales and biases in the block
   * @param pair whether they are pairs of bfloat16
   * @param excess of each weight in the products
   * @param sum of the token's group
   * @param y address of one float per row
   */
  static void add(long products, long scales, boolean pair, float excess, float sum, long y) {
    FloatVector s = FloatVector.broadcast(FLOATS, sum);
    FloatVector over = FloatVector.broadcast(FLOATS, excess * sum);
    for (long at = 0; at < GroupedLayout.WORD_BYTES; at += VECTOR_BYTES) {
      add(load(products + at).sub(over), s, scales + at, pair, y + at);
    }
  }

  /**
   * {@code y += scale * (products * factor) + bias * sum}, for products that are pairs of 16-bit
   * sums less eight times the sum of the inputs.
   *
   * @param factor of the token's group
   * @param offset eight times the sum of the inputs
   */
  static void addShorts(
      long products, long scales, boolean pair, float factor, int offset, float sum, long y) {
    FloatVector d = FloatVector.broadcast(FLOATS, factor);
    FloatVector s = FloatVector.broadcast(FLOATS, sum);
    IntVector o = IntVector.broadcast(INTS, offset);
    for (long at = 0; at < GroupedLayout.WORD_BYTES; at += VECTOR_BYTES) {
      IntVector halves = ints(products + at);
      IntVector low =
          halves.lanewise(VectorOperators.LSHL, SIXTEEN).lanewise(VectorOperators.ASHR, SIXTEEN);
      IntVector total = low.add(halves.lanewise(VectorOperators.ASHR, SIXTEEN)).add(o);
      FloatVector p = ((FloatVector) total.convert(VectorOperators.I2F, 0)).mul(d);
      add(p, s, scales + at, pair, y + at);
    }
  }

  private static void add(FloatVector p, FloatVector sum, long scales, boolean pair, long y) {
    FloatVector scaled = scale(scales, pair).fma(p, load(y));
    bias(scales, pair).fma(sum, scaled).intoMemorySegment(Native.ALL, y, Native.ORDER);
  }

  private static FloatVector scale(long at, boolean pair) {
    return pair ? ints(at).and(UPPER).reinterpretAsFloats() : load(at);
  }

  private static FloatVector bias(long at, boolean pair) {
    return pair
        ? ints(at).lanewise(VectorOperators.LSHL, SIXTEEN).reinterpretAsFloats()
        : load(at + GroupedLayout.WORD_BYTES);
  }

  private static FloatVector load(long at) {
    return FloatVector.fromMemorySegment(FLOATS, Native.ALL, at, Native.ORDER);
  }

  private static IntVector ints(long at) {
    return IntVector.fromMemorySegment(INTS, Native.ALL, at, Native.ORDER);
  }
}
