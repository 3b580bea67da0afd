package dev.mobilellm.kernels.java.elementwise;

import dev.mobilellm.kernels.java.spi.JavaKernel;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.Pass;
import dev.mobilellm.kernels.java.spi.RowBuffer;
import dev.mobilellm.kernels.java.spi.Workers;
import dev.mobilellm.spi.graph.Value;

/** An operation that makes each row of its output from itself; rows are shared out. */
abstract class RowKernel implements JavaKernel {

  /** Below so many rows doing them alone is quicker than waking anyone. */
  private static final int FEW_ROWS = 8;

  private final String name;
  private final Value.Rows rows;
  private final Workers workers;
  private final Workers.Task task = this::share;
  final RowBuffer output;
  final int width;
  private Pass pass;

  RowKernel(String name, Value output, KernelContext context) {
    this.name = name;
    this.rows = output.rows();
    this.width = output.width();
    this.output = context.buffer(output);
    this.workers = context.workers();
  }

  /** Writes a row of the output. */
  abstract void row(Pass pass, int row);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final void run(Pass pass) {
    int count = pass.rows(rows);
    if (count < FEW_ROWS) {
      for (int row = 0; row < count; row++) {
        row(pass, row);
      }
      return;
    }
    this.pass = pass;
    workers.run(task);
    this.pass = null;
  }

  private void share(int worker, int workers) {
    int count = pass.rows(rows);
    int to = Workers.start(count, 1, worker + 1, workers);
    for (int row = Workers.start(count, 1, worker, workers); row < to; row++) {
      row(pass, row);
    }
  }
}
