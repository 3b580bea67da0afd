package dev.mobilellm.weights.mlx;

/** Unpacks a row of quantized values bit by bit: slow, and independent of the decoder it checks. */
final class BitStream {

  private BitStream() {}

  static int value(long[] words, int bits, int index) {
    int value = 0;
    for (int i = 0; i < bits; i++) {
      int bit = index * bits + i;
      value |= (int) (words[bit / 32] >>> (bit % 32) & 1) << i;
    }
    return value;
  }
}
