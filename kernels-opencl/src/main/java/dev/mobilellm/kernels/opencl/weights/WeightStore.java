package dev.mobilellm.kernels.opencl.weights;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The weights of one program on the device. Each tensor is uploaded once. */
public final class WeightStore implements AutoCloseable {

  private static final String PURPOSE = "weights";

  /** What is written at once. */
  private static final long PIECE = 64 << 20;

  private final Context context;
  private final Queue queue;
  private final LoadProgress progress;
  private final long total;
  private final Map<WeightTensor, DeviceMatrix> matrices = new HashMap<>();
  private final Map<WeightTensor, DeviceBuffer> vectors = new HashMap<>();
  private final List<DeviceBuffer> buffers = new ArrayList<>();
  private long done;

  /**
   * @param total bytes that will be uploaded, for the progress and for messages
   */
  public WeightStore(Context context, Queue queue, LoadProgress progress, long total) {
    this.context = context;
    this.queue = queue;
    this.progress = progress;
    this.total = Math.max(1, total);
  }

  /**
   * A matrix, uploaded if it is not there yet.
   *
   * @throws DeviceException if that fails, saying how much of all weights was placed
   */
  public DeviceMatrix matrix(WeightTensor tensor) {
    DeviceMatrix known = matrices.get(tensor);
    if (known == null) {
      known = placed(() -> upload(tensor));
      matrices.put(tensor, known);
    }
    return known;
  }

  /** A tensor as floats in one buffer, row after row; fails like {@link #matrix}. */
  public DeviceBuffer floats(WeightTensor tensor) {
    DeviceBuffer known = vectors.get(tensor);
    if (known == null) {
      known = placed(() -> uploadFloats(tensor));
      vectors.put(tensor, known);
    }
    return known;
  }

  /** A part of a tensor as it is stored, in one buffer; fails like {@link #matrix}. */
  public DeviceBuffer stored(WeightTensor tensor, int part) {
    MatrixForm form = MatrixForm.of(tensor);
    if (form.encoding().equals(tensor.encoding())) {
      return matrix(tensor).slices().getFirst().parts().get(part);
    }
    return placed(() -> uploadPart(tensor.parts().get(part)));
  }

  /** Many drivers find out that memory is short only when something is written to it. */
  private <T> T placed(Supplier<T> upload) {
    try {
      return upload.get();
    } catch (DeviceException e) {
      throw new DeviceException(
          "%s; %d of %d MB of weights were placed before."
              .formatted(
                  e.getMessage().replaceFirst("[.]$", ""),
                  Context.megabytes(done),
                  Context.megabytes(Math.max(done, total))),
          e);
    }
  }

  private DeviceBuffer uploadFloats(WeightTensor tensor) {
    DeviceBuffer buffer = allocate(4 * tensor.size());
    decode(tensor, 0, tensor.rows(), buffer);
    return buffer;
  }

  private DeviceBuffer uploadPart(MemorySegment part) {
    DeviceBuffer buffer = allocate(part.byteSize());
    write(part, buffer, 0);
    return buffer;
  }

  private DeviceMatrix upload(WeightTensor tensor) {
    MatrixForm form = MatrixForm.of(tensor);
    boolean asStored = form.encoding().equals(tensor.encoding());
    List<Long> sizes = form.encoding().partSizes(tensor.rows(), tensor.columns());
    long widest = sizes.stream().mapToLong(Long::longValue).max().orElseThrow() / tensor.rows();
    int most = Math.clamp(context.limits().largestAllocation() / widest, 1, tensor.rows());
    List<DeviceMatrix.Slice> slices = new ArrayList<>();
    for (int first = 0; first < tensor.rows(); first += most) {
      int rows = Math.min(most, tensor.rows() - first);
      List<DeviceBuffer> parts = new ArrayList<>();
      for (int part = 0; part < sizes.size(); part++) {
        long rowBytes = sizes.get(part) / tensor.rows();
        DeviceBuffer buffer = allocate(rowBytes * rows);
        parts.add(buffer);
        if (asStored) {
          write(tensor.parts().get(part).asSlice(first * rowBytes, rows * rowBytes), buffer, 0);
        }
      }
      if (!asStored) {
        decode(tensor, first, rows, parts.getFirst());
      }
      slices.add(new DeviceMatrix.Slice(first, rows, List.copyOf(parts)));
    }
    return new DeviceMatrix(tensor.columns(), form, List.copyOf(slices));
  }

  private DeviceBuffer allocate(long bytes) {
    DeviceBuffer buffer = context.allocate(bytes, PURPOSE);
    buffers.add(buffer);
    return buffer;
  }

  private void write(MemorySegment source, DeviceBuffer target, long offset) {
    for (long at = 0; at < source.byteSize(); at += PIECE) {
      long bytes = Math.min(PIECE, source.byteSize() - at);
      queue.upload(target, offset + at, source.asSlice(at, bytes));
      done += bytes;
      progress.report("Uploading weights", Math.min(done, total), total);
    }
  }

  private void decode(WeightTensor tensor, int first, int rows, DeviceBuffer target) {
    long rowBytes = 4L * tensor.columns();
    int block = Math.clamp(PIECE / rowBytes, 1, rows);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment decoded = arena.allocate(block * rowBytes, 64);
      for (int start = 0; start < rows; start += block) {
        int count = Math.min(block, rows - start);
        for (int row = 0; row < count; row++) {
          tensor.decodeRow(first + start + row, decoded.asSlice(row * rowBytes, rowBytes));
        }
        write(decoded.asSlice(0, count * rowBytes), target, start * rowBytes);
      }
    }
  }

  @Override
  public void close() {
    buffers.forEach(DeviceBuffer::close);
  }
}
