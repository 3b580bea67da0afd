package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.weights.DeviceMatrix.Slice;
import dev.mobilellm.kernels.opencl.weights.MatrixForm;
import dev.mobilellm.spi.graph.Activation;
import dev.mobilellm.spi.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one launch of a matrix kernel computes.
 *
 * @param form of all its matrices
 * @param columns of all its matrices
 * @param segments up to three, or, if gated, one
 * @param gated the matrix whose products are activated and multiplied with those of the segment
 * @param input as wide as the columns
 * @param rows which rows the input has
 * @param norm the norm of the input
 * @param residual what is added to the products, as wide as the output
 */
record MatrixProduct(
    MatrixForm form,
    int columns,
    List<Segment> segments,
    Optional<Gate> gated,
    DeviceBuffer input,
    Value.Rows rows,
    Optional<Norm> norm,
    Optional<DeviceBuffer> residual) {

  /** The most segments of a launch. */
  static final int MAX_SEGMENTS = 3;

  /**
   * Rows of a matrix and where their products go.
   *
   * @param first the output's column of the first product
   * @param width columns of the output
   * @param bias one float for each column of the output
   */
  record Segment(
      Slice slice, DeviceBuffer output, int first, int width, Optional<DeviceBuffer> bias) {}

  /** The rows of the gate that belong to those of the segment. */
  record Gate(Slice slice, Activation activation) {}

  /** RMSNorm of the input. */
  record Norm(DeviceBuffer weight, float eps) {}

  /** Rows of all segments, gates included. */
  int totalRows() {
    int rows = segments.stream().mapToInt(segment -> segment.slice().rows()).sum();
    return gated.isPresent() ? 2 * rows : rows;
  }

  /** What the sources are specialised with. */
  Map<String, Integer> definitions() {
    return Map.of(
        "GATED", gated.isPresent() ? 1 : 0,
        "SEGMENTS", gated.isPresent() ? 2 : segments.size(),
        "NORM", norm.isPresent() ? 1 : 0);
  }
}
