package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of one block of {@link GroupedLayout grouped} weights with many tokens in {@link
 * GroupSums} form. The values of a group become floats once, in a panel {@code [column][row]} that
 * stays in the first-level cache; four vectors of rows by four tokens are 16 accumulators for 8
 * loads, and nothing is summed across lanes. The order of operations is that of the kernels for one
 * token, so the results are, too.
 */
final class GroupedBlock {

  /** Tokens of one tile: their sums stay in the second-level cache while groups go by. */
  static final int TILE = 256;

  private static final int SIDE = 4;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final long VECTOR_BYTES = FLOATS.vectorByteSize();
  private static final long ROW_BYTES = (long) GroupedLayout.ROWS * Float.BYTES;
  private static final long ACCUMULATOR_BYTES = SIDE * ROW_BYTES;

  private GroupedBlock() {}

  /** Scratch memory: sums of a tile, accumulators, and a panel. */
  static long scratchBytes(GroupedLayout layout) {
    return TILE * ROW_BYTES + ACCUMULATOR_BYTES + layout.group() * ROW_BYTES;
  }

  /**
   * Computes the sums of up to {@link #TILE} tokens; token t's are {@link GroupedLayout#ROWS}
   * floats at row t of the scratch memory.
   *
   * @param w address of the block
   * @param x address of the first token's input, {@code xBytes} from one to the next
   */
  static void multiply(
      GroupedLayout layout, long w, long x, long xBytes, int tokens, long scratch) {
    long accumulators = scratch + TILE * ROW_BYTES;
    long panel = accumulators + ACCUMULATOR_BYTES;
    boolean pair = layout.scales() == GroupedLayout.Scales.BF16;
    int group = layout.group();
    long factors = (long) layout.columns() * Float.BYTES;
    long sums = factors + (long) layout.groups() * Float.BYTES;
    Native.fill(scratch, tokens * ROW_BYTES);
    for (int g = 0; g < layout.groups(); g++) {
      long values = w + g * layout.groupBytes();
      long scales = values + (long) layout.words() * GroupedLayout.WORD_BYTES;
      unpack(layout, values, panel);
      long xGroup = x + (long) g * group * Float.BYTES;
      for (int token = 0; token < tokens; token += SIDE) {
        int used = Math.min(SIDE, tokens - token);
        accumulate(panel, group, xGroup + token * xBytes, xBytes, used - 1, accumulators);
        for (int t = 0; t < used; t++) {
          long row = x + (token + t) * xBytes + (long) g * Float.BYTES;
          GroupScales.add(
              accumulators + t * ROW_BYTES,
              scales,
              pair,
              Native.getFloat(row + factors),
              Native.getFloat(row + sums),
              scratch + (token + t) * ROW_BYTES);
        }
      }
    }
  }

  private static void unpack(GroupedLayout layout, long w, long panel) {
    IntVector mask = IntVector.broadcast(INTS, (1 << layout.bits()) - 1);
    for (int c = 0; c < layout.group(); c++) {
      int bit = c * layout.bits();
      int shift = bit % Integer.SIZE;
      long at = w + bit / Integer.SIZE * layout.strideBytes();
      boolean within = shift + layout.bits() <= Integer.SIZE;
      for (int v = 0; v < GroupedLayout.VECTORS; v++) {
        long from = at + layout.offset(v * FloatBlock.LANES);
        IntVector q =
            within
                ? WordProducts.within(from, shift)
                : WordProducts.across(from, from + layout.strideBytes(), shift);
        ((FloatVector) q.and(mask).convert(VectorOperators.I2F, 0))
            .intoMemorySegment(Native.ALL, panel + c * ROW_BYTES + v * VECTOR_BYTES, Native.ORDER);
      }
    }
  }

  /** The sums of one group; written out, because C2 keeps only locals in registers. */
  private static void accumulate(
      long panel, int columns, long x0, long xBytes, int last, long accumulators) {
    long x1 = x0 + Math.min(1, last) * xBytes;
    long x2 = x0 + Math.min(2, last) * xBytes;
    long x3 = x0 + last * xBytes;
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector a02 = FloatVector.zero(FLOATS);
    FloatVector a03 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector a11 = FloatVector.zero(FLOATS);
    FloatVector a12 = FloatVector.zero(FLOATS);
    FloatVector a13 = FloatVector.zero(FLOATS);
    FloatVector a20 = FloatVector.zero(FLOATS);
    FloatVector a21 = FloatVector.zero(FLOATS);
    FloatVector a22 = FloatVector.zero(FLOATS);
    FloatVector a23 = FloatVector.zero(FLOATS);
    FloatVector a30 = FloatVector.zero(FLOATS);
    FloatVector a31 = FloatVector.zero(FLOATS);
    FloatVector a32 = FloatVector.zero(FLOATS);
    FloatVector a33 = FloatVector.zero(FLOATS);
    for (int c = 0; c < columns; c++) {
      long w = panel + c * ROW_BYTES;
      long at = (long) c * Float.BYTES;
      FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, Native.ALL, w, Native.ORDER);
      FloatVector w1 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, w + 1 * VECTOR_BYTES, Native.ORDER);
      FloatVector w2 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, w + 2 * VECTOR_BYTES, Native.ORDER);
      FloatVector w3 =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, w + 3 * VECTOR_BYTES, Native.ORDER);
      FloatVector e0 = FloatVector.broadcast(FLOATS, Native.getFloat(x0 + at));
      a00 = w0.fma(e0, a00);
      a01 = w1.fma(e0, a01);
      a02 = w2.fma(e0, a02);
      a03 = w3.fma(e0, a03);
      FloatVector e1 = FloatVector.broadcast(FLOATS, Native.getFloat(x1 + at));
      a10 = w0.fma(e1, a10);
      a11 = w1.fma(e1, a11);
      a12 = w2.fma(e1, a12);
      a13 = w3.fma(e1, a13);
      FloatVector e2 = FloatVector.broadcast(FLOATS, Native.getFloat(x2 + at));
      a20 = w0.fma(e2, a20);
      a21 = w1.fma(e2, a21);
      a22 = w2.fma(e2, a22);
      a23 = w3.fma(e2, a23);
      FloatVector e3 = FloatVector.broadcast(FLOATS, Native.getFloat(x3 + at));
      a30 = w0.fma(e3, a30);
      a31 = w1.fma(e3, a31);
      a32 = w2.fma(e3, a32);
      a33 = w3.fma(e3, a33);
    }
    a00.intoMemorySegment(Native.ALL, accumulators, Native.ORDER);
    a01.intoMemorySegment(Native.ALL, accumulators + 1 * VECTOR_BYTES, Native.ORDER);
    a02.intoMemorySegment(Native.ALL, accumulators + 2 * VECTOR_BYTES, Native.ORDER);
    a03.intoMemorySegment(Native.ALL, accumulators + 3 * VECTOR_BYTES, Native.ORDER);
    a10.intoMemorySegment(Native.ALL, accumulators + 4 * VECTOR_BYTES, Native.ORDER);
    a11.intoMemorySegment(Native.ALL, accumulators + 5 * VECTOR_BYTES, Native.ORDER);
    a12.intoMemorySegment(Native.ALL, accumulators + 6 * VECTOR_BYTES, Native.ORDER);
    a13.intoMemorySegment(Native.ALL, accumulators + 7 * VECTOR_BYTES, Native.ORDER);
    a20.intoMemorySegment(Native.ALL, accumulators + 8 * VECTOR_BYTES, Native.ORDER);
    a21.intoMemorySegment(Native.ALL, accumulators + 9 * VECTOR_BYTES, Native.ORDER);
    a22.intoMemorySegment(Native.ALL, accumulators + 10 * VECTOR_BYTES, Native.ORDER);
    a23.intoMemorySegment(Native.ALL, accumulators + 11 * VECTOR_BYTES, Native.ORDER);
    a30.intoMemorySegment(Native.ALL, accumulators + 12 * VECTOR_BYTES, Native.ORDER);
    a31.intoMemorySegment(Native.ALL, accumulators + 13 * VECTOR_BYTES, Native.ORDER);
    a32.intoMemorySegment(Native.ALL, accumulators + 14 * VECTOR_BYTES, Native.ORDER);
    a33.intoMemorySegment(Native.ALL, accumulators + 15 * VECTOR_BYTES, Native.ORDER);
  }
}
