package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.spi.JavaKernel;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.Pass;
import dev.mobilellm.kernels.java.spi.RowBuffer;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.Value;

/** {@link Primitive.Rope} by itself. */
public final class RopeKernel implements JavaKernel {

  private final RowBuffer input;
  private final RowBuffer output;
  private final Value.Rows rows;
  private final RotaryTable table;
  private final int headDim;

  public RopeKernel(Primitive.Rope op, KernelContext context, RotaryTables tables) {
    input = context.buffer(op.input());
    output = context.buffer(op.output());
    rows = op.input().rows();
    table = tables.of(op.rotary());
    headDim = op.rotary().headDim();
  }

  @Override
  public String name() {
    return "rope";
  }

  @Override
  public void run(Pass pass) {
    for (int row = 0; row < pass.rows(rows); row++) {
      int position = pass.position(rows == Value.Rows.TOKENS ? row : pass.wantedToken(row));
      table.ensure(position + 1);
      for (int head = 0; head < input.width(); head += headDim) {
        long at = (long) head * Float.BYTES;
        table.rotate(input.row(row) + at, position, output.row(row) + at);
      }
    }
  }
}
