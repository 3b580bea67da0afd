package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The shifted words of a group of 4-bit weights, for inputs in {@link NibbleWords} form: 16-bit
 * multiplications, of which a vector holds twice as many as of floats.
 */
final class NibblePanel implements GroupPanel {

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final long VECTOR_BYTES = INTS.vectorByteSize();

  /** Shifts of a word: each of its shorts holds four weights. */
  private static final int SHIFTS = 4;

  private final GroupedLayout layout;
  private final boolean pair;

  // Not a constant: see the loop over the rows of a panel.
  private final long rowBytes;

  NibblePanel(GroupedLayout layout) {
    this.layout = layout;
    pair = layout.scales() == GroupedLayout.Scales.BF16;
    rowBytes = GroupedLayout.WORD_BYTES;
  }

  @Override
  public long bytes() {
    return (long) layout.words() * SHIFTS * GroupedLayout.WORD_BYTES;
  }

  @Override
  public void unpack(long w, long panel) {
    for (int v = 0; v < GroupedLayout.VECTORS; v++) {
      unpack(
          w + layout.offset(v * FloatBlock.LANES),
          layout.words(),
          layout.strideBytes(),
          panel + v * VECTOR_BYTES);
    }
  }

  private static void unpack(long w, int words, long stride, long panel) {
    for (int k = 0; k < words; k++) {
      ShortVector v =
          ShortVector.fromMemorySegment(SHORTS, Native.ALL, w + k * stride, Native.ORDER);
      for (int j = 0; j < SHIFTS; j++) {
        v.intoMemorySegment(Native.ALL, panel, Native.ORDER);
        v = v.lanewise(VectorOperators.LSHR, NibbleProducts.FOUR);
        panel += GroupedLayout.WORD_BYTES;
      }
    }
  }

  @Override
  public void accumulate(long panel, long x, long xBytes, int last, long products) {
    long end = panel + bytes();
    long x0 = x;
    for (int t = 0; t <= last; t += 2) {
      long x1 = x0 + Math.min(1, last - t) * xBytes;
      pair(panel, end, rowBytes, x0, x1, products);
      x0 += 2 * xBytes;
      products += 2 * GroupedLayout.WORD_BYTES;
    }
  }

  @Override
  public void scale(long products, long scales, long x, long y) {
    NibbleProducts.scale(layout.group(), products, scales, pair, x, y);
  }

  /**
   * The sums of one group for two tokens. Four at once would be past what the compiler inlines, for
   * a multiplication and an addition are two operations.
   */
  private static void pair(long panel, long end, long rowBytes, long x0, long x1, long products) {
    ShortVector e0 = words(x0);
    ShortVector e1 = words(x1);
    ShortVector a00 = e0;
    ShortVector a01 = e0;
    ShortVector a02 = e0;
    ShortVector a03 = e0;
    ShortVector a10 = e1;
    ShortVector a11 = e1;
    ShortVector a12 = e1;
    ShortVector a13 = e1;
    long at = Integer.BYTES;
    for (long row = panel; row < end; row += rowBytes) {
      e0 = words(x0 + at);
      e1 = words(x1 + at);
      ShortVector w0 = load(row);
      ShortVector w1 = load(row + 1 * VECTOR_BYTES);
      ShortVector w2 = load(row + 2 * VECTOR_BYTES);
      ShortVector w3 = load(row + 3 * VECTOR_BYTES);
      at += Integer.BYTES;
      a00 = w0.mul(e0).add(a00);
      a01 = w1.mul(e0).add(a01);
      a02 = w2.mul(e0).add(a02);
      a03 = w3.mul(e0).add(a03);
      a10 = w0.mul(e1).add(a10);
      a11 = w1.mul(e1).add(a11);
      a12 = w2.mul(e1).add(a12);
      a13 = w3.mul(e1).add(a13);
    }
    a00.intoMemorySegment(Native.ALL, products, Native.ORDER);
    a01.intoMemorySegment(Native.ALL, products + 1 * VECTOR_BYTES, Native.ORDER);
    a02.intoMemorySegment(Native.ALL, products + 2 * VECTOR_BYTES, Native.ORDER);
    a03.intoMemorySegment(Native.ALL, products + 3 * VECTOR_BYTES, Native.ORDER);
    a10.intoMemorySegment(Native.ALL, products + 4 * VECTOR_BYTES, Native.ORDER);
    a11.intoMemorySegment(Native.ALL, products + 5 * VECTOR_BYTES, Native.ORDER);
    a12.intoMemorySegment(Native.ALL, products + 6 * VECTOR_BYTES, Native.ORDER);
    a13.intoMemorySegment(Native.ALL, products + 7 * VECTOR_BYTES, Native.ORDER);
  }

  private static ShortVector words(long at) {
    return IntVector.broadcast(INTS, Native.getInt(at)).reinterpretAsShorts();
  }

  private static ShortVector load(long at) {
    return ShortVector.fromMemorySegment(SHORTS, Native.ALL, at, Native.ORDER);
  }
}
