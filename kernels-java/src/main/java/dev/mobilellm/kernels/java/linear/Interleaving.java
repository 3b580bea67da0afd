package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the rows of a dense matrix lie. Four are interleaved, {@link FloatBlock#STEP} columns of
 * each in turn: one stream of memory, while the loads of inputs are shared. Row after row they
 * would be three loads for a cache line, and a core has room for some 90 loads that wait for
 * memory; four rows side by side, as they lie in a file, are four streams, which prefetchers do not
 * follow.
 *
 * <p>Rows are interleaved when few tokens meet them again, an eighth of them in a pass, by who
 * multiplies them: a model is loaded without reading it, and no token waits long for copying that
 * is not compiled yet. One worker has a grain of rows at a time, and workers meet between passes.
 */
final class Interleaving {

  /** Over which it is spread. */
  private static final int PASSES = 8;

  private final MemorySegment source;
  private final long sourceAddress;
  private final long rowBytes;
  private final int weightBytes;
  private final int grain;
  private final Arena arena;

  /** The first so many rows may be interleaved, whole grains at a time. */
  private final int regular;

  /** In how many passes each grain is interleaved; 0: it is. */
  private final byte[] countdown;

  private final AtomicInteger remaining;

  /** Of interleaved rows; 0: there is no room for them yet. */
  private long address;

  private boolean withoutRoom;

  /**
   * @param weightBytes of one weight
   * @param grain rows that one worker computes
   * @param arena for interleaved rows
   */
  Interleaving(WeightTensor weight, int weightBytes, int grain, Arena arena) {
    this.weightBytes = weightBytes;
    this.grain = grain;
    this.arena = arena;
    int columns = weight.columns();
    rowBytes = (long) columns * weightBytes;
    source = weight.parts().getFirst();
    sourceAddress = source.address();
    regular =
        columns % FloatBlock.STEP == 0 ? weight.rows() / FloatBlock.SIDE * FloatBlock.SIDE : 0;
    countdown = new byte[Math.ceilDiv(regular, grain)];
    for (int i = 0; i < countdown.length; i++) {
      countdown[i] = (byte) (2 + i * grain / InterleavedMatrix.PANEL_ROWS % PASSES);
    }
    remaining = new AtomicInteger(countdown.length);
  }

  /** Whether a row is interleaved. */
  boolean has(int row) {
    return row < regular && countdown[row / grain] == 0;
  }

  long rowBytes() {
    return rowBytes;
  }

  /** Bytes of a step of one row. */
  long unitBytes() {
    return (long) FloatBlock.STEP * weightBytes;
  }

  /** Where a weight lies that is the first of a step. */
  long address(int row, int column) {
    long at = (long) column * weightBytes;
    if (!has(row)) {
      return sourceAddress + row * rowBytes + at;
    }
    int place = row % FloatBlock.SIDE;
    return address + (row - place) * rowBytes + place * unitBytes() + at * FloatBlock.SIDE;
  }

  /** The end of the rows from one on that lie in the same order. */
  int sameOrder(int row, int to) {
    boolean first = has(row);
    int end = row;
    do {
      end = end < regular ? Math.min(regular, (end / grain + 1) * grain) : to;
    } while (end < to && has(end) == first);
    return Math.min(end, to);
  }

  /** Brings rows nearer to their turn. */
  void approach(int from, int to) {
    for (int i = from / grain; i * grain < Math.min(to, regular); i++) {
      countdown[i] = (byte) Math.max(Math.min(1, countdown[i]), countdown[i] - 1);
    }
  }

  /** As {@link #approach}, and interleaves rows whose turn it is. */
  void advance(int from, int to) {
    for (int i = from / grain; i * grain < Math.min(to, regular); i++) {
      if (countdown[i] == 1 && hasRoom()) {
        interleave(i);
      }
    }
    approach(from, to);
  }

  /**
   * Who interleaves the first rows makes room for all, not who binds the kernel: a model is loaded
   * sooner. Without memory rows stay as they are.
   */
  private synchronized boolean hasRoom() {
    if (address == 0 && !withoutRoom) {
      try {
        address = arena.allocate(regular * rowBytes, FloatBlock.VECTOR_BYTES).address();
      } catch (OutOfMemoryError _) {
        withoutRoom = true;
      }
    }
    return address != 0;
  }

  private void interleave(int index) {
    int end = Math.min(regular, (index + 1) * grain);
    for (int row = index * grain; row < end; row += FloatBlock.SIDE) {
      long start = row * rowBytes;
      interleave(sourceAddress + start, rowBytes, unitBytes(), address + start);
    }
    countdown[index] = 0;
    if (remaining.decrementAndGet() == 0 && source.isMapped()) {
      source.unload();
    }
  }

  private static void interleave(long from, long rowBytes, long unitBytes, long to) {
    for (long start = from; start < from + rowBytes; start += unitBytes) {
      for (int row = 0; row < FloatBlock.SIDE; row++) {
        long w = start + row * rowBytes;
        for (long at = 0; at < unitBytes; at += Long.BYTES) {
          Native.putLong(to + at, Native.getLong(w + at));
        }
        to += unitBytes;
      }
    }
  }
}
