package dev.mobilellm.kernels.java.memory;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reads memory as fast as a core can: as vectors and in order. Reading one byte of each cache line
 * is three times slower (10 against 28 GB/s, Zen 4).
 */
public final class StreamingRead {

  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

  private StreamingRead() {}

  /**
   * Reads memory from the beginning to the end, but for a rest of less than four vectors.
   *
   * @return a sum, to be used: what nobody uses is not read
   */
  public static long sum(long address, long bytes) {
    LongVector a = LongVector.zero(LONGS);
    LongVector b = LongVector.zero(LONGS);
    LongVector c = LongVector.zero(LONGS);
    LongVector d = LongVector.zero(LONGS);
    long step = LONGS.vectorByteSize();
    long end = address + bytes - 4 * step;
    for (long at = address; at <= end; at += 4 * step) {
      a = LongVector.fromMemorySegment(LONGS, Native.ALL, at, Native.ORDER).add(a);
      b = LongVector.fromMemorySegment(LONGS, Native.ALL, at + step, Native.ORDER).add(b);
      c = LongVector.fromMemorySegment(LONGS, Native.ALL, at + 2 * step, Native.ORDER).add(c);
      d = LongVector.fromMemorySegment(LONGS, Native.ALL, at + 3 * step, Native.ORDER).add(d);
    }
    return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
  }
}
