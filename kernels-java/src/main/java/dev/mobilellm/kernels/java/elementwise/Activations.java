package dev.mobilellm.kernels.java.elementwise;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.spi.graph.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Element-wise activations of rows of floats at addresses. */
public final class Activations {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();

  private Activations() {}

  /** {@code gate = activation(gate) * up}. */
  public static void gate(Activation activation, long gate, long up, int width) {
    apply(activation, gate, width, gate);
    Rows.multiply(gate, up, width, gate);
  }

  /** {@code target = activation(source)}. */
  public static void apply(Activation activation, long source, int width, long target) {
    int i = 0;
    if (activation == Activation.SILU) {
      for (; i <= width - LANES; i += LANES) {
        long at = (long) i * Float.BYTES;
        FloatVector x =
            FloatVector.fromMemorySegment(FLOATS, Native.ALL, source + at, Native.ORDER);
        silu(x).intoMemorySegment(Native.ALL, target + at, Native.ORDER);
      }
    }
    for (; i < width; i++) {
      long at = (long) i * Float.BYTES;
      Native.putFloat(target + at, (float) activation.apply(Native.getFloat(source + at)));
    }
  }

  /** x / (1 + exp(-x)); x is bounded where exp(-x) is, so that the quotient vanishes there. */
  private static FloatVector silu(FloatVector x) {
    return x.max(-88f).div(exp(x.neg()).add(1));
  }

  /**
   * exp to about 2 ulp between -87 and 88, bounded outside. {@code exp(x) = 2^n * exp(r)} with n
   * the nearest integer to {@code x / ln 2}: adding 1.5 * 2^23 rounds it into the low bits of a
   * float, from where it is added to the exponent. exp(r) is its Taylor polynomial, |r| <= ln(2) /
   * 2.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector bounded = x.max(-87f).min(88f);
    FloatVector shifted = bounded.mul(1.44269504f).add(12582912f);
    FloatVector n = shifted.sub(12582912f);
    FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -0.693359375f), bounded);
    r = n.fma(FloatVector.broadcast(FLOATS, 2.12194440e-4f), r);
    FloatVector p = FloatVector.broadcast(FLOATS, 1f / 5040);
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 720));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 120));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 24));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 6));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 0.5f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
  }

  /**
   * {@code row = exp(row - shift)} in place, 0 where the result would be below 1e-38. The width is
   * a multiple of the vector length. Sums go through memory: a vector that is handed to a method
   * which C2 does not inline becomes an object.
   *
   * @param sums address of a vector: the lanes' sums are added to it
   */
  public static void expAndAdd(long row, int width, float shift, long sums) {
    FloatVector sum = FloatVector.fromMemorySegment(FLOATS, Native.ALL, sums, Native.ORDER);
    for (int i = 0; i < width; i += LANES) {
      long at = row + (long) i * Float.BYTES;
      FloatVector x =
          FloatVector.fromMemorySegment(FLOATS, Native.ALL, at, Native.ORDER).sub(shift);
      FloatVector e = exp(x).blend(0f, x.compare(VectorOperators.LT, -87f));
      e.intoMemorySegment(Native.ALL, at, Native.ORDER);
      sum = e.add(sum);
    }
    sum.intoMemorySegment(Native.ALL, sums, Native.ORDER);
  }

  /** The largest of a row whose width is a multiple of the vector length. */
  public static float max(long row, int width) {
    FloatVector best = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < width; i += LANES) {
      best =
          FloatVector.fromMemorySegment(
                  FLOATS, Native.ALL, row + (long) i * Float.BYTES, Native.ORDER)
              .max(best);
    }
    return best.reduceLanes(VectorOperators.MAX);
  }
}
