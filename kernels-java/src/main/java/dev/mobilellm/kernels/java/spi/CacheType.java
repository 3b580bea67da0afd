package dev.mobilellm.kernels.java.spi;

/** How the keys and values of a page are kept. */
public enum CacheType {
  /** As they are computed. */
  F32("f32", Float.BYTES),

  /** IEEE half precision, bounded to its largest finite values. */
  F16("f16", Short.BYTES),

  /** The upper halves of floats, rounded to nearest. */
  BF16("bf16", Short.BYTES),

  /** Signed shorts, with a float scale for each head and position. */
  Q16("q16", Short.BYTES),

  /** Signed bytes, with a float scale for each head and position. */
  Q8("q8", Byte.BYTES);

  private final String label;
  private final int bytes;

  CacheType(String label, int bytes) {
    this.label = label;
    this.bytes = bytes;
  }

  /** What users call it: {@code bf16}. */
  public String label() {
    return label;
  }

  /** Bytes of one value, without scales. */
  public int bytes() {
    return bytes;
  }

  /** Whether each head and position has a scale. */
  public boolean scaled() {
    return this == Q8 || this == Q16;
  }
}
