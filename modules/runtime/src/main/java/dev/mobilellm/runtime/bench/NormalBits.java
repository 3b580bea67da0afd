package dev.mobilellm.runtime.bench;

import dev.mobilellm.spi.weights.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * Normally distributed numbers at the speed of a disk: 65,536 of them are drawn once, and each
 * value is one of these, chosen by 16 random bits. The same seed gives the same bits. Not safe for
 * several threads.
 */
public final class NormalBits {

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int CHOICES = 1 << 16;

  private final long[] stored = new long[CHOICES];
  private final int bits;
  private long state;

  /**
   * @param type as which they are stored
   */
  public NormalBits(DType type, double mean, double deviation, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < CHOICES; i++) {
      stored[i] = bits(type, (float) (mean + deviation * random.nextGaussian()));
    }
    this.bits = 8 * type.bytes();
    this.state = seed;
  }

  /**
   * Fills memory with the next values.
   *
   * @param target a whole number of values
   */
  public void fill(MemorySegment target) {
    long at = 0;
    for (; at + Long.BYTES <= target.byteSize(); at += Long.BYTES) {
      target.set(LONG, at, next());
    }
    if (at < target.byteSize()) {
      long last = next();
      for (; at < target.byteSize(); at++, last >>>= 8) {
        target.set(ValueLayout.JAVA_BYTE, at, (byte) last);
      }
    }
  }

  /** Eight bytes of values, the first lowest. */
  private long next() {
    long random = random();
    long packed = 0;
    for (int shift = 0; shift < Long.SIZE; shift += bits) {
      packed |= stored[(int) random & 0xffff] << shift;
      random >>>= 16;
    }
    return packed;
  }

  /** SplitMix64 (Steele, Lea and Flood, 2014). */
  private long random() {
    state += 0x9e3779b97f4a7c15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private static long bits(DType type, float value) {
    return switch (type) {
      case F32 -> Float.floatToRawIntBits(value) & 0xffffffffL;
      case F16 -> Float.floatToFloat16(value) & 0xffffL;
      // Rounded to nearest; the ties are too rare to matter here.
      case BF16 -> (Float.floatToRawIntBits(value) + 0x8000) >>> 16;
    };
  }
}
