package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.NativeRows;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** The wanted rows where the last kernel left them. */
final class JavaResult implements BatchResult {

  private final NativeRows logits;
  private final int rows;
  private final Batch.Output output;

  JavaResult(NativeRows logits, int rows, Batch.Output output) {
    this.logits = logits;
    this.rows = rows;
    this.output = output;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public MemorySegment logits(int row) {
    Objects.checkIndex(row, rows);
    if (output == Batch.Output.ARGMAX) {
      throw new IllegalStateException("only the largest ids were asked for");
    }
    return logits.segment(row).asReadOnly();
  }

  @Override
  public int argmax(int row) {
    Objects.checkIndex(row, rows);
    return Rows.argmax(logits.row(row), logits.width());
  }
}
