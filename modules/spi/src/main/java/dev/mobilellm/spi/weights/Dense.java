package dev.mobilellm.spi.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Every weight as a float of one type, row-major without padding; one part.
 *
 * @param type the stored type
 */
public record Dense(DType type) implements WeightEncoding {

  @Override
  public String name() {
    return type.label();
  }

  @Override
  public List<Long> partSizes(int rows, int columns) {
    return List.of(Math.multiplyExact(Math.multiplyExact((long) rows, columns), type.bytes()));
  }

  @Override
  public void decodeRow(WeightTensor tensor, int row, MemorySegment target) {
    MemorySegment data = tensor.parts().getFirst();
    long start = (long) row * tensor.columns() * type.bytes();
    for (int c = 0; c < tensor.columns(); c++) {
      target.setAtIndex(
          ValueLayout.JAVA_FLOAT_UNALIGNED, c, type.get(data, start + (long) c * type.bytes()));
    }
  }
}
