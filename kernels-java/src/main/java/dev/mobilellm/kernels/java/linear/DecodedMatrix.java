package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Weights of any encoding, decoded to float a few rows at a time by the encoding itself: slow, but
 * always there. Many tokens share one decoding.
 */
final class DecodedMatrix extends Matrix {

  /** Rows decoded at once; with their inputs they stay in the second-level cache. */
  private static final int PANEL = 16;

  private final WeightTensor weight;
  private final MemorySegment[] rowsOfWorker;
  private final F32Matrix[] panelOfWorker;

  DecodedMatrix(WeightTensor weight, KernelContext context) {
    super(weight);
    this.weight = weight;
    int workers = context.workers().count();
    rowsOfWorker = new MemorySegment[workers];
    panelOfWorker = new F32Matrix[workers];
    for (int i = 0; i < workers; i++) {
      MemorySegment panel =
          context.arena().allocate(ValueLayout.JAVA_FLOAT, (long) PANEL * columns);
      rowsOfWorker[i] = panel;
      panelOfWorker[i] =
          new F32Matrix(
              new WeightTensor(weight.name(), PANEL, columns, new Dense(DType.F32), List.of(panel)),
              panel.address());
    }
  }

  @Override
  String encoding() {
    return weight.encoding().name() + " decoded";
  }

  @Override
  InputForm form() {
    return InputForm.NATURAL;
  }

  @Override
  void multiply(int from, int to, long x, int tokens, long y, int yWidth, int worker) {
    long rowBytes = (long) columns * Float.BYTES;
    for (int panel = from; panel < to; panel += PANEL) {
      int count = Math.min(PANEL, to - panel);
      for (int i = 0; i < count; i++) {
        weight.decodeRow(panel + i, rowsOfWorker[worker].asSlice(i * rowBytes, rowBytes));
      }
      panelOfWorker[worker].multiply(
          0, count, x, tokens, y + (long) panel * Float.BYTES, yWidth, worker);
    }
  }
}
