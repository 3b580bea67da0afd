package dev.mobilellm.runtime.device;

import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.DeviceException;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/** Rows that may turn out to be lost only when they are read, and are then computed again. */
final class FailoverResult implements BatchResult {

  private final Function<DeviceException, BatchResult> again;
  private BatchResult rows;

  /**
   * @param again computes the same rows on another device, or throws what it is given
   */
  FailoverResult(BatchResult rows, Function<DeviceException, BatchResult> again) {
    this.rows = rows;
    this.again = again;
  }

  @Override
  public int rows() {
    return rows.rows();
  }

  @Override
  public MemorySegment logits(int row) {
    return read(result -> result.logits(row));
  }

  @Override
  public int argmax(int row) {
    return read(result -> result.argmax(row));
  }

  private <T> T read(Function<BatchResult, T> reader) {
    try {
      return reader.apply(rows);
    } catch (DeviceException e) {
      rows = again.apply(e);
      return reader.apply(rows);
    }
  }
}
