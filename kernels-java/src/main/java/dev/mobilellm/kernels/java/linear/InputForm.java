package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * How a matrix wants its input: in which order, and as what. Equal forms of one input are prepared
 * once for all matrices that read it.
 */
interface InputForm {

  /** As it is: nothing is prepared. */
  InputForm NATURAL = new Natural();

  /**
   * In blocks of two vectors the even columns, then the odd ones; a rest shorter than a block as it
   * is. A vector of 32-bit words over 16-bit weights gives even and odd columns apart: with inputs
   * in the same order nothing has to be shuffled in the inner loop.
   */
  InputForm EVEN_ODD = new EvenOdd();

  /** Floats that a prepared row takes. */
  int width(int columns);

  /**
   * Prepares one token's row.
   *
   * @param from address of {@code columns} floats
   * @param to address of all prepared rows, {@link #width} floats for each token
   * @param token index of the token
   * @param tokens how many there are: a form may mix the rows of all tokens
   */
  void prepare(long from, long to, int columns, int token, int tokens);

  /** {@link #NATURAL}. */
  record Natural() implements InputForm {
    @Override
    public int width(int columns) {
      return columns;
    }

    @Override
    public void prepare(long from, long to, int columns, int token, int tokens) {
      long bytes = (long) columns * Float.BYTES;
      Native.copy(from, to + token * bytes, bytes);
    }
  }

  /** {@link #EVEN_ODD}. */
  record EvenOdd() implements InputForm {

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(FLOATS, 0);
    private static final VectorShuffle<Float> ODD = VectorShuffle.makeUnzip(FLOATS, 1);

    @Override
    public int width(int columns) {
      return columns;
    }

    @Override
    public void prepare(long from, long to, int columns, int token, int tokens) {
      row(from, to + (long) token * columns * Float.BYTES, columns);
    }

    private static void row(long from, long to, int columns) {
      int c = 0;
      for (; c <= columns - 2 * LANES; c += 2 * LANES) {
        long at = from + (long) c * Float.BYTES;
        FloatVector first = FloatVector.fromMemorySegment(FLOATS, Native.ALL, at, Native.ORDER);
        FloatVector second =
            FloatVector.fromMemorySegment(
                FLOATS, Native.ALL, at + LANES * Float.BYTES, Native.ORDER);
        long target = to + (long) c * Float.BYTES;
        first.rearrange(EVEN, second).intoMemorySegment(Native.ALL, target, Native.ORDER);
        first
            .rearrange(ODD, second)
            .intoMemorySegment(Native.ALL, target + LANES * Float.BYTES, Native.ORDER);
      }
      Native.copy(
          from + (long) c * Float.BYTES,
          to + (long) c * Float.BYTES,
          (long) (columns - c) * Float.BYTES);
    }
  }
}
