package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * A tensor as it lies in a safetensors file. The data need not be aligned.
 *
 * @param file where it lies
 * @param name as in the file
 * @param type of its values
 * @param shape each at least 0; empty for a single value
 * @param data little-endian, row-major, exactly as long as type and shape ask for; read-only
 */
public record StoredTensor(
    Path file, String name, StorageType type, List<Long> shape, MemorySegment data) {

  public StoredTensor {
    shape = List.copyOf(shape);
  }

  /**
   * A float vector or matrix as weights, without a copy; a vector becomes one row.
   *
   * @throws ModelException if the type is no float of 16 or 32 bits, or the shape is neither
   */
  public WeightTensor dense() {
    DType dtype =
        type.floatType()
            .orElseThrow(
                () ->
                    wrong(
                        "has the dtype "
                            + type
                            + "; weights are F32, F16 or BF16, or quantized as MLX does"));
    if (shape.isEmpty() || shape.size() > 2) {
      throw wrong("has the shape " + shape + "; weights are vectors or matrices");
    }
    for (long size : shape) {
      if (size < 1 || size > Integer.MAX_VALUE) {
        throw wrong("has the shape " + shape + "; each size should be 1 to " + Integer.MAX_VALUE);
      }
    }
    int rows = shape.size() == 2 ? shape.getFirst().intValue() : 1;
    return new WeightTensor(
        name, rows, shape.getLast().intValue(), new Dense(dtype), List.of(data));
  }

  /**
   * The error for a tensor that is not what was wanted.
   *
   * @param problem a clause without a full stop: {@code "has the dtype I8"}
   */
  public ModelException wrong(String problem) {
    return new ModelException("%s: tensor \"%s\" %s.".formatted(file, name, problem));
  }
}
