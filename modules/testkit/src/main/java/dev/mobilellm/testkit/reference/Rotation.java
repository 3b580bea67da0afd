package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.graph.RotaryEmbedding;

/** RoPE: the neighbours 2i and 2i+1 of every head turn by the angle of pair i. */
final class Rotation {

  private Rotation() {}

  static double[] rotate(double[] heads, int position, RotaryEmbedding rotary) {
    double[] output = new double[heads.length];
    for (int head = 0; head < heads.length; head += rotary.headDim()) {
      for (int pair = 0; pair < rotary.headDim() / 2; pair++) {
        double angle = rotary.angle(position, pair);
        double x = heads[head + 2 * pair];
        double y = heads[head + 2 * pair + 1];
        output[head + 2 * pair] = x * Math.cos(angle) - y * Math.sin(angle);
        output[head + 2 * pair + 1] = x * Math.sin(angle) + y * Math.cos(angle);
      }
    }
    return output;
  }
}
