package dev.mobilellm.testkit;

import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * An encoding that no device knows, as a third party may bring one: a byte b stands for b / 512.
 * Every device must run it through its decoder.
 */
public record SignedBytes() implements WeightEncoding {

  @Override
  public String name() {
    return "signed-bytes";
  }

  @Override
  public List<Long> partSizes(int rows, int columns) {
    return List.of(Math.multiplyExact((long) rows, columns));
  }

  @Override
  public void decodeRow(WeightTensor tensor, int row, MemorySegment target) {
    long start = (long) row * tensor.columns();
    for (int c = 0; c < tensor.columns(); c++) {
      float value = tensor.parts().getFirst().get(ValueLayout.JAVA_BYTE, start + c) / 512f;
      target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, c, value);
    }
  }
}
