package dev.mobilellm.spi.graph;

/**
 * Rotary position embedding over interleaved pairs: the pair {@code (x[2i], x[2i+1])} of every head
 * is rotated by {@code position * theta^(-2i / headDim)} (Su et al. 2021; Llama 4 keeps the pairs
 * adjacent, unlike the half-split form that many checkpoints use).
 *
 * @param headDim values per head, even
 * @param theta base of the frequencies
 */
public record RotaryEmbedding(int headDim, double theta) {

  public RotaryEmbedding {
    if (headDim < 2 || headDim % 2 != 0 || !(theta > 0)) {
      throw new IllegalArgumentException("no such RoPE: headDim " + headDim + ", theta " + theta);
    }
  }

  /**
   * The angle of a pair, in radians. In double: at position 32,767 a float angle would be off by
   * thousandths.
   *
   * @param pair 0 to headDim / 2 - 1
   */
  public double angle(int position, int pair) {
    return position * Math.pow(theta, -2.0 * pair / headDim);
  }
}
