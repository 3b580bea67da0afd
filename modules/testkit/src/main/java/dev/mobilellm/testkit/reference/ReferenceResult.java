package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import java.lang.foreign.MemorySegment;

/** The logits of the wanted rows, rounded to float once. */
final class ReferenceResult implements BatchResult {

  private final float[][] logits;
  private final Batch.Output output;

  ReferenceResult(double[][] exact, Batch.Output output) {
    this.output = output;
    logits = new float[exact.length][];
    for (int row = 0; row < exact.length; row++) {
      logits[row] = new float[exact[row].length];
      for (int i = 0; i < logits[row].length; i++) {
        logits[row][i] = (float) exact[row][i];
      }
    }
  }

  @Override
  public int rows() {
    return logits.length;
  }

  @Override
  public MemorySegment logits(int row) {
    if (output == Batch.Output.ARGMAX) {
      throw new IllegalStateException("only the largest logits were asked for");
    }
    return MemorySegment.ofArray(logits[row]).asReadOnly();
  }

  @Override
  public int argmax(int row) {
    float[] candidates = logits[row];
    int best = 0;
    for (int id = 1; id < candidates.length; id++) {
      if (candidates[id] > candidates[best]) {
        best = id;
      }
    }
    return best;
  }
}
