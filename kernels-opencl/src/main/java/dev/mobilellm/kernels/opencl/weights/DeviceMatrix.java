package dev.mobilellm.kernels.opencl.weights;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import java.util.List;

/**
 * A matrix on the device.
 *
 * @param columns of each row
 * @param form how it lies there
 * @param slices its rows, in order: several where one buffer cannot hold them
 */
public record DeviceMatrix(int columns, MatrixForm form, List<Slice> slices) {

  /**
   * Consecutive rows.
   *
   * @param parts as the encoding has them
   */
  public record Slice(int firstRow, int rows, List<DeviceBuffer> parts) {}

  /** Whether one kernel can read rows of both side by side. */
  public boolean alike(DeviceMatrix other) {
    return form.equals(other.form) && columns == other.columns;
  }
}
