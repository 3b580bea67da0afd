package dev.mobilellm.spi.weights;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/**
 * A matrix of weights where it lies, usually inside a mapped file. A vector has one row.
 *
 * <p>The constructor checks every part against the size that the encoding asks for, so that kernels
 * may rely on it. The memory belongs to the {@link WeightSource}: it is valid until that is closed,
 * never written, and may be read by any thread.
 *
 * @param name as in the checkpoint
 * @param rows output features, or entries of a table; at least 1
 * @param columns input features; at least 1
 * @param encoding how the values are stored
 * @param parts the memory, as {@link WeightEncoding#partSizes} describes it
 */
public record WeightTensor(
    String name, int rows, int columns, WeightEncoding encoding, List<MemorySegment> parts) {

  public WeightTensor {
    Objects.requireNonNull(name, "name");
    parts = List.copyOf(parts);
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(name + " has the empty shape " + rows + " x " + columns);
    }
    List<Long> sizes = encoding.partSizes(rows, columns);
    if (sizes.size() != parts.size()) {
      throw new IllegalArgumentException(
          name
              + " has "
              + parts.size()
              + " parts where "
              + encoding.name()
              + " has "
              + sizes.size());
    }
    for (int i = 0; i < sizes.size(); i++) {
      if (parts.get(i).byteSize() != sizes.get(i)) {
        throw new IllegalArgumentException(
            "part %d of %s has %d bytes where %s of %d x %d has %d"
                .formatted(
                    i,
                    name,
                    parts.get(i).byteSize(),
                    encoding.name(),
                    rows,
                    columns,
                    sizes.get(i)));
      }
    }
  }

  /** The number of weights. */
  public long size() {
    return (long) rows * columns;
  }

  /** The bytes of all parts. */
  public long byteSize() {
    return parts.stream().mapToLong(MemorySegment::byteSize).sum();
  }

  /**
   * Decodes one row to float32.
   *
   * @param target receives {@code columns} native-order floats from offset 0
   * @throws IndexOutOfBoundsException if there is no such row or the target is too small
   */
  public void decodeRow(int row, MemorySegment target) {
    Objects.checkIndex(row, rows);
    encoding.decodeRow(this, row, target);
  }
}
