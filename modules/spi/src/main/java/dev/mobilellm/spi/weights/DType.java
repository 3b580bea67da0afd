package dev.mobilellm.spi.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Locale;

/** The float types in which weights are stored, little-endian. */
public enum DType {
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper half of a binary32. */
  BF16(2);

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one value in bytes. */
  public int bytes() {
    return bytes;
  }

  /** The name users read and type: {@code bf16}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The value at a byte offset, widened to float without loss.
   *
   * @throws IndexOutOfBoundsException if the value does not lie inside the segment
   */
  public float get(MemorySegment segment, long byteOffset) {
    return switch (this) {
      case F32 -> segment.get(FLOAT, byteOffset);
      case F16 -> Float.float16ToFloat(segment.get(SHORT, byteOffset));
      case BF16 -> Float.intBitsToFloat(segment.get(SHORT, byteOffset) << 16);
    };
  }

  /**
   * The nearest value that this type has, ties to even; infinity beyond the largest.
   *
   * @param value not NaN
   */
  public float round(float value) {
    return switch (this) {
      case F32 -> value;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case BF16 -> Float.intBitsToFloat(bf16(value) << 16);
    };
  }

  /**
   * Writes a value at a byte offset, rounded as {@link #round} does.
   *
   * @param value not NaN
   * @throws IndexOutOfBoundsException if the value does not lie inside the segment
   */
  public void set(MemorySegment segment, long byteOffset, float value) {
    switch (this) {
      case F32 -> segment.set(FLOAT, byteOffset, value);
      case F16 -> segment.set(SHORT, byteOffset, Float.floatToFloat16(value));
      case BF16 -> segment.set(SHORT, byteOffset, (short) bf16(value));
    }
  }

  /** The upper half, plus one where the lower half is more than a half, or a half beside an odd. */
  private static int bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16;
  }
}
