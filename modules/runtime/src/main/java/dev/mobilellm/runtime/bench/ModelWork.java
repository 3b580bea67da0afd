package dev.mobilellm.runtime.bench;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a model's forward passes have to read and compute at least. */
final class ModelWork {

  /** Enough that no cache holds it. */
  private static final long READ_ENOUGH = 512L << 20;

  private final List<WeightTensor> weights = new ArrayList<>();
  private final long cacheBytesPerPosition;
  private final int maxBatchTokens;
  private long bytes;
  private long tokenFlops;
  private long headFlops;
  private long headBytes;

  ModelWork(LanguageModel model) {
    cacheBytesPerPosition = model.compiled().cacheBytesPerPosition();
    maxBatchTokens = model.maxBatchTokens();
    for (Op op : model.program().ops()) {
      // Looking up an embedding reads next to nothing.
      if (!(op instanceof Primitive.Embed)) {
        op.weights().forEach(weight -> count(op, weight));
      }
    }
  }

  private void count(Op op, WeightTensor weight) {
    boolean ofHead = op.inputs().getFirst().rows() == Value.Rows.WANTED;
    long flops = weight.rows() > 1 ? 2 * weight.size() : 0;
    weights.add(weight);
    bytes += weight.byteSize();
    if (ofHead) {
      headBytes += weight.byteSize();
      headFlops += flops;
    } else {
      tokenFlops += flops;
    }
  }

  /**
   * One pass that wants one row of each sequence.
   *
   * @param batch how many sequences
   * @param tokens of each sequence
   * @param position how many tokens each holds before
   */
  private Work pass(int batch, int tokens, int position) {
    return new Work(
        bytes,
        batch * cacheBytesPerPosition * (position + tokens),
        batch * (tokens * tokenFlops + headFlops));
  }

  /**
   * A prompt of one sequence, in as many passes as it takes; its last token wants logits.
   *
   * @param position of the first token
   */
  Work prompt(int tokens, int position) {
    Work sum = Work.NONE;
    int from = 0;
    for (; tokens - from > maxBatchTokens; from += maxBatchTokens) {
      sum = sum.plus(silentPass(maxBatchTokens, position + from));
    }
    return sum.plus(pass(1, tokens - from, position + from));
  }

  /**
   * Tokens generated one after the other.
   *
   * @param steps of each sequence
   * @param position of the first token
   */
  Work steps(int batch, int steps, int position) {
    Work sum = Work.NONE;
    for (int step = 0; step < steps; step++) {
      sum = sum.plus(pass(batch, 1, position + step));
    }
    return sum;
  }

  /** One pass over a part of a prompt that wants nothing. */
  private Work silentPass(int tokens, int position) {
    return new Work(
        bytes - headBytes, cacheBytesPerPosition * (position + tokens), tokens * tokenFlops);
  }

  /** The largest weights: to be read for finding the speed of memory. */
  List<MemorySegment> memory() {
    List<MemorySegment> memory = new ArrayList<>();
    long sum = 0;
    List<WeightTensor> largest =
        weights.stream()
            .distinct()
            .sorted(Comparator.comparingLong(WeightTensor::byteSize).reversed())
            .toList();
    for (WeightTensor weight : largest) {
      if (sum >= READ_ENOUGH) {
        break;
      }
      memory.addAll(weight.parts());
      sum += weight.byteSize();
    }
    return memory;
  }
}
