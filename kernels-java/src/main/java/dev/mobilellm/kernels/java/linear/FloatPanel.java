package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The values of a group as floats, {@link WordProducts#excess} included, for inputs in {@link
 * GroupSums} form.
 */
final class FloatPanel implements GroupPanel {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final long VECTOR_BYTES = FLOATS.vectorByteSize();
  private static final long ROW_BYTES = (long) GroupedLayout.ROWS * Float.BYTES;

  private final GroupedLayout layout;
  private final boolean pair;
  private final float excess;

  FloatPanel(GroupedLayout layout) {
    this.layout = layout;
    pair = layout.scales() == GroupedLayout.Scales.BF16;
    excess = WordProducts.excess(layout);
  }

  @Override
  public long bytes() {
    return layout.group() * ROW_BYTES;
  }

  @Override
  public void unpack(long w, long panel) {
    if (layout.bytes()) {
      unpackBytes(layout.group(), w, panel);
    } else {
      unpack(layout, w, panel);
    }
  }

  @Override
  public void accumulate(long panel, long x, long xBytes, int last, long products) {
    accumulate(panel, layout.group(), x, xBytes, last, products);
  }

  @Override
  public void scale(long products, long scales, long x, long y) {
    float sum = Native.getFloat(x + (long) layout.group() * Float.BYTES);
    GroupScales.add(products, scales, pair, excess, sum, y);
  }

  private static void unpackBytes(int columns, long w, long panel) {
    for (int c = 0; c < columns; c++) {
      for (int v = 0; v < GroupedLayout.VECTORS; v++) {
        WordProducts.floats(w + v * FLOATS.length())
            .intoMemorySegment(Native.ALL, panel + v * VECTOR_BYTES, Native.ORDER);
      }
      w += GroupedLayout.ROWS;
      panel += ROW_BYTES;
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
