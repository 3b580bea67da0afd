package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.weights.DType;
import java.util.Optional;

/** The value types of the safetensors format, by the names that files use. */
public enum StorageType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U64(8),
  U32(4),
  U16(2),
  U8(1),
  BOOL(1),
  F8_E4M3(1),
  F8_E5M2(1);

  private final int bytes;

  StorageType(int bytes) {
    this.bytes = bytes;
  }

  /** The storage of a float type. */
  public static StorageType of(DType type) {
    return valueOf(type.name());
  }

  /** Size of one value in bytes. */
  public int bytes() {
    return bytes;
  }

  /** The float type in which weights can be used as they lie, or empty for all other types. */
  public Optional<DType> floatType() {
    return switch (this) {
      case F32 -> Optional.of(DType.F32);
      case F16 -> Optional.of(DType.F16);
      case BF16 -> Optional.of(DType.BF16);
      default -> Optional.empty();
    };
  }
}
