package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import java.util.Arrays;

/**
 * Cosines and sines of every pair at every position, computed in double when a position is first
 * seen: {@code [position][pair][cos, sin]}. One table serves all layers. Grown by the thread that
 * runs the program, read by all.
 */
final class RotaryTable {

  private static final int INITIAL_POSITIONS = 256;

  private final RotaryEmbedding rotary;
  private final int stride;
  private volatile float[] table;
  private int positions;

  RotaryTable(RotaryEmbedding rotary) {
    this.rotary = rotary;
    stride = rotary.headDim();
    table = new float[INITIAL_POSITIONS * stride];
  }

  /** Makes sure that all positions below a bound are there. */
  synchronized void ensure(int bound) {
    float[] factors = table;
    if (bound * (long) stride > factors.length) {
      int doubled = Math.max(bound, 2 * (factors.length / stride));
      factors = Arrays.copyOf(factors, Math.multiplyExact(doubled, stride));
    }
    for (; positions < bound; positions++) {
      for (int pair = 0; pair < stride / 2; pair++) {
        double angle = rotary.angle(positions, pair);
        factors[positions * stride + 2 * pair] = (float) Math.cos(angle);
        factors[positions * stride + 2 * pair + 1] = (float) Math.sin(angle);
      }
    }
    table = factors;
  }

  /** Rotates one head. Source and target may be the same. */
  void rotate(long source, int position, long target) {
    float[] factors = table;
    int at = position * stride;
    for (int i = 0; i < stride; i += 2) {
      float even = Native.getFloat(source + (long) i * Float.BYTES);
      float odd = Native.getFloat(source + (long) (i + 1) * Float.BYTES);
      float cos = factors[at + i];
      float sin = factors[at + i + 1];
      Native.putFloat(target + (long) i * Float.BYTES, even * cos - odd * sin);
      Native.putFloat(target + (long) (i + 1) * Float.BYTES, even * sin + odd * cos);
    }
  }
}
