package dev.mobilellm.kernels.java.elementwise;

import dev.mobilellm.kernels.java.memory.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Rows of floats at addresses. Source and target may be the same. */
public final class Rows {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final float ROUND = 0x1.8p23f;

  /** Below this 127 divided by it would overflow. */
  private static final float TINY = 1e-30f;

  private Rows() {}

  /** {@code target = source / sqrt(mean(source^2) + eps) * weight}; a weight of 0: without. */
  public static void rmsNorm(long source, long weight, int width, float eps, long target) {
    float scale = (float) (1 / Math.sqrt(sumOfSquares(source, width) / width + eps));
    int i = 0;
    FloatVector factor = FloatVector.broadcast(FLOATS, scale);
    for (; i <= width - LANES; i += LANES) {
      FloatVector x = load(source, i).mul(factor);
      (weight == 0 ? x : x.mul(load(weight, i)))
          .intoMemorySegment(Native.ALL, target + (long) i * Float.BYTES, Native.ORDER);
    }
    for (; i < width; i++) {
      long at = (long) i * Float.BYTES;
      float x = Native.getFloat(source + at) * scale;
      Native.putFloat(target + at, weight == 0 ? x : x * Native.getFloat(weight + at));
    }
  }

  /** {@code target = left + right}. */
  public static void add(long left, long right, int width, long target) {
    int i = 0;
    for (; i <= width - LANES; i += LANES) {
      load(left, i)
          .add(load(right, i))
          .intoMemorySegment(Native.ALL, target + (long) i * Float.BYTES, Native.ORDER);
    }
    for (; i < width; i++) {
      long at = (long) i * Float.BYTES;
      Native.putFloat(target + at, Native.getFloat(left + at) + Native.getFloat(right + at));
    }
  }

  /** {@code target = left * right}. */
  public static void multiply(long left, long right, int width, long target) {
    int i = 0;
    for (; i <= width - LANES; i += LANES) {
      load(left, i)
          .mul(load(right, i))
          .intoMemorySegment(Native.ALL, target + (long) i * Float.BYTES, Native.ORDER);
    }
    for (; i < width; i++) {
      long at = (long) i * Float.BYTES;
      Native.putFloat(target + at, Native.getFloat(left + at) * Native.getFloat(right + at));
    }
  }

  /** {@code target = source * factor}. */
  public static void scale(long source, float factor, int width, long target) {
    int i = 0;
    for (; i <= width - LANES; i += LANES) {
      load(source, i)
          .mul(factor)
          .intoMemorySegment(Native.ALL, target + (long) i * Float.BYTES, Native.ORDER);
    }
    for (; i < width; i++) {
      long at = (long) i * Float.BYTES;
      Native.putFloat(target + at, Native.getFloat(source + at) * factor);
    }
  }

  /**
   * Rounds to whole numbers from -127 to 127 so that the largest magnitude becomes 127: {@code
   * source = target * result} but for the rounding. The width is a multiple of every vector length.
   *
   * @return the factor; 0 where all are 0
   */
  public static float roundToBytes(long source, int width, long target) {
    FloatVector most = FloatVector.zero(FLOATS);
    for (int i = 0; i < width; i += LANES) {
      most = load(source, i).abs().max(most);
    }
    float largest = most.reduceLanes(VectorOperators.MAX);
    if (largest < TINY) {
      largest = 0;
    }
    float inverse = largest == 0 ? 0 : 127 / largest;
    for (int i = 0; i < width; i += LANES) {
      // Adding and taking away 1.5 * 2^23 rounds to even.
      load(source, i)
          .mul(inverse)
          .add(ROUND)
          .sub(ROUND)
          .intoMemorySegment(Native.ALL, target + (long) i * Float.BYTES, Native.ORDER);
    }
    return largest / 127;
  }

  /** The sum; the width is a multiple of every vector length. */
  public static float sum(long row, int width) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < width; i += LANES) {
      sum = load(row, i).add(sum);
    }
    return Sums.of(sum);
  }

  /** The index of the largest value, the lowest among equals; NaN is never the largest. */
  public static int argmax(long row, int width) {
    FloatVector best = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= width - LANES; i += LANES) {
      FloatVector x = load(row, i);
      best = best.blend(x, x.compare(VectorOperators.GT, best));
    }
    // Lane by lane: with 256 bits reduceLanes(MAX) once gave minus infinity for lanes that were
    // not.
    float largest = Float.NEGATIVE_INFINITY;
    for (float x : best.toArray()) {
      largest = x > largest ? x : largest;
    }
    for (; i < width; i++) {
      float x = Native.getFloat(row + (long) i * Float.BYTES);
      largest = x > largest ? x : largest;
    }
    for (i = 0; i < width; i++) {
      if (Native.getFloat(row + (long) i * Float.BYTES) == largest) {
        return i;
      }
    }
    return 0;
  }

  private static float sumOfSquares(long row, int width) {
    FloatVector even = FloatVector.zero(FLOATS);
    FloatVector odd = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= width - 2 * LANES; i += 2 * LANES) {
      FloatVector x = load(row, i);
      FloatVector y = load(row, i + LANES);
      even = x.fma(x, even);
      odd = y.fma(y, odd);
    }
    for (; i <= width - LANES; i += LANES) {
      FloatVector x = load(row, i);
      even = x.fma(x, even);
    }
    float sum = Sums.of(even.add(odd));
    for (; i < width; i++) {
      float x = Native.getFloat(row + (long) i * Float.BYTES);
      sum = Math.fma(x, x, sum);
    }
    return sum;
  }

  private static FloatVector load(long row, int index) {
    return FloatVector.fromMemorySegment(
        FLOATS, Native.ALL, row + (long) index * Float.BYTES, Native.ORDER);
  }
}
