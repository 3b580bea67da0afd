package dev.mobilellm.kernels.opencl.weights;

import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a matrix lies on the device, and which sources read it. Matrices of equal form can be read by
 * one kernel.
 *
 * @param name of the encoding, for reports
 * @param encoding as it lies there
 * @param pieces sources that define the names which kernels read weights through
 * @param definitions what they are specialised with
 */
public record MatrixForm(
    String name, WeightEncoding encoding, List<String> pieces, Map<String, Integer> definitions) {

  /** Columns that are read together. */
  public static final int UNIT = 8;

  private static final String WHOLE_UNITS = "WHOLE_UNITS";

  /** The form of a tensor: as it is stored, or, where no source reads that, floats. */
  public static MatrixForm of(WeightTensor tensor) {
    int whole = tensor.columns() % UNIT == 0 ? 1 : 0;
    return switch (tensor.encoding()) {
      case Dense dense -> dense(dense, whole);
      case AffineGroups affine ->
          new MatrixForm(
              affine.name(),
              affine,
              List.of(affine.scaleType().label(), "codes", "affine"),
              Map.of("BITS", affine.bits(), "GROUP", affine.groupSize(), WHOLE_UNITS, whole));
      default -> dense(new Dense(DType.F32), whole);
    };
  }

  private static MatrixForm dense(Dense dense, int whole) {
    String type = dense.type().label();
    return new MatrixForm(type, dense, List.of(type, "dense"), Map.of(WHOLE_UNITS, whole));
  }

  /** Bytes of a matrix of this form. */
  public long byteSize(int rows, int columns) {
    return encoding.partSizes(rows, columns).stream().mapToLong(Long::longValue).sum();
  }

  /** These definitions and others. */
  public Map<String, Integer> with(Map<String, Integer> others) {
    Map<String, Integer> all = new HashMap<>(definitions);
    all.putAll(others);
    return all;
  }
}
