package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** The wanted rows, on their way from the device. One object for all passes of a program. */
final class OpenClResult implements BatchResult, AutoCloseable {

  private final BoundProgram bound;
  private final UnaryOperator<DeviceException> onFailure;
  private final List<Queue.Event> transfers = new ArrayList<>();
  private Arena arena = Arena.ofShared();
  private MemorySegment memory = MemorySegment.NULL;
  private int rows;
  private Output output = Output.LOGITS;

  /**
   * @param onFailure told when a transfer fails
   */
  OpenClResult(BoundProgram bound, UnaryOperator<DeviceException> onFailure) {
    this.bound = bound;
    this.onFailure = onFailure;
  }

  /** Makes room. Results of the pass before that nobody waited for are waited for here. */
  void begin(int wanted, Output wantedOutput) {
    await();
    rows = wanted;
    output = wantedOutput;
    long bytes = wanted * rowBytes();
    if (memory.byteSize() < bytes) {
      arena.close();
      arena = Arena.ofShared();
      memory = arena.allocate(bytes, 64);
    }
  }

  private long rowBytes() {
    return output == Output.ARGMAX ? Integer.BYTES : (long) Float.BYTES * bound.vocabularySize();
  }

  /** Asks for the wanted rows at hand. */
  void take(ForwardPass pass, Queue queue) {
    if (output == Output.ARGMAX) {
      bound.argmax().run(pass, queue);
      return;
    }
    int first = pass.wantedFirst();
    int count = Math.min(bound.maxWanted(), rows - first);
    MemorySegment target = memory.asSlice(first * rowBytes(), count * rowBytes());
    transfers.add(queue.read(bound.logits(), 0, target));
  }

  /** Asks for the ids of all wanted rows. */
  void end(Queue queue) {
    if (output == Output.ARGMAX && rows > 0) {
      transfers.add(queue.read(bound.argmax().ids(), 0, memory.asSlice(0, rows * rowBytes())));
    }
  }

  private void await() {
    try {
      while (!transfers.isEmpty()) {
        transfers.removeFirst().await();
      }
    } catch (DeviceException e) {
      throw onFailure.apply(e);
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public MemorySegment logits(int row) {
    Objects.checkIndex(row, rows);
    if (output == Output.ARGMAX) {
      throw new IllegalStateException("only the largest ids were asked for");
    }
    await();
    return memory.asSlice(row * rowBytes(), rowBytes()).asReadOnly();
  }

  @Override
  public int argmax(int row) {
    Objects.checkIndex(row, rows);
    await();
    if (output == Output.ARGMAX) {
      return memory.getAtIndex(ValueLayout.JAVA_INT, row);
    }
    long start = row * (long) bound.vocabularySize();
    int largest = 0;
    for (int id = 1; id < bound.vocabularySize(); id++) {
      if (memory.getAtIndex(ValueLayout.JAVA_FLOAT, start + id)
          > memory.getAtIndex(ValueLayout.JAVA_FLOAT, start + largest)) {
        largest = id;
      }
    }
    return largest;
  }

  /** After the queue is finished. */
  @Override
  public void close() {
    transfers.forEach(Queue.Event::forget);
    transfers.clear();
    arena.close();
  }
}
