package dev.mobilellm.kernels.opencl.pass;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Queue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Integers that go to the device with each pass. They are written here in turns to two places, so
 * that nobody waits for the transfer of the pass before.
 */
final class StagedInts implements AutoCloseable {

  private final Context context;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[] places = {MemorySegment.NULL, MemorySegment.NULL};
  private final Queue.Event[] transfers = new Queue.Event[2];
  private DeviceBuffer buffer;
  private int turn;

  StagedInts(Context context) {
    this.context = context;
    buffer = context.allocate(64, "tokens of a pass");
  }

  /** Begins a pass of so many integers. */
  void begin(int count) {
    turn = 1 - turn;
    if (transfers[turn] != null) {
      transfers[turn].await();
      transfers[turn] = null;
    }
    long bytes = 4L * count;
    if (places[turn].byteSize() < bytes) {
      places[turn] = arena.allocate(2 * bytes, 64);
    }
    if (buffer.bytes() < bytes) {
      buffer.close();
      buffer = context.allocate(2 * bytes, "tokens of a pass");
    }
  }

  void put(int index, int value) {
    places[turn].setAtIndex(ValueLayout.JAVA_INT, index, value);
  }

  void putFloat(int index, float value) {
    places[turn].setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
  }

  /** Sends so many of them. */
  void send(Queue queue, int count) {
    transfers[turn] = queue.write(buffer, 0, places[turn].asSlice(0, 4L * count));
  }

  /** Where they are on the device. */
  DeviceBuffer buffer() {
    return buffer;
  }

  /** When the queue is finished. */
  @Override
  public void close() {
    for (Queue.Event transfer : transfers) {
      if (transfer != null) {
        transfer.forget();
      }
    }
    buffer.close();
    arena.close();
  }
}
