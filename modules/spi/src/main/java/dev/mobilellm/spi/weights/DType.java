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
}
