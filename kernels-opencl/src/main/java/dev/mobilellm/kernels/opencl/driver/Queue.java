package dev.mobilellm.kernels.opencl.driver;

import static org.lwjgl.opencl.CL10.*;

import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.Traffic;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;

/** Commands for a device, run in order. Used by one thread at a time. */
public final class Queue implements AutoCloseable {

  private final Context context;
  private final long handle;
  private final List<Long> timedEvents = new ArrayList<>();
  private boolean timing;
  private boolean closed;
  private long launches;
  private long writes;
  private long writtenBytes;
  private long reads;
  private long readBytes;
  private long waits;

  Queue(Context context, long handle) {
    this.context = context;
    this.handle = handle;
  }

  /** What went through so far. */
  public Traffic traffic() {
    return new Traffic(launches, writes, writtenBytes, reads, readBytes, waits);
  }

  /**
   * Starts a kernel.
   *
   * @param x groups in dimension 0
   * @param y in dimension 1
   * @param z in dimension 2
   * @param group work-items of a group, all in dimension 0
   */
  public void launch(Kernel kernel, int x, int y, int z, int group) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer global = stack.pointers((long) x * group, y, z);
      PointerBuffer local = stack.pointers(group, 1, 1);
      PointerBuffer event = timing ? stack.callocPointer(1) : null;
      int code =
          nclEnqueueNDRangeKernel(
              handle,
              kernel.handle(),
              3,
              0,
              global.address(),
              local.address(),
              0,
              0,
              event == null ? 0 : event.address());
      if (code != CL_SUCCESS) {
        context.check(code, "run the kernel " + kernel.entry());
      }
      launches++;
      if (timing) {
        timedEvents.add(event.get(0));
      }
    }
  }

  /**
   * Copies to the device without waiting.
   *
   * @param source native memory, not touched until the event has happened
   */
  public Event write(DeviceBuffer target, long offset, MemorySegment source) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer event = stack.callocPointer(1);
      int code =
          nclEnqueueWriteBuffer(
              handle,
              target.handle(),
              CL_FALSE,
              offset,
              source.byteSize(),
              source.address(),
              0,
              0,
              event.address());
      context.check(code, "take data");
      writes++;
      writtenBytes += source.byteSize();
      return new Event(event.get(0));
    }
  }

  /** Copies to the device and waits until that is done. */
  public void upload(DeviceBuffer target, long offset, MemorySegment source) {
    write(target, offset, source).await();
  }

  /**
   * Copies from the device without waiting.
   *
   * @param target native memory, filled when the event has happened
   */
  public Event read(DeviceBuffer source, long offset, MemorySegment target) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer event = stack.callocPointer(1);
      int code =
          nclEnqueueReadBuffer(
              handle,
              source.handle(),
              CL_FALSE,
              offset,
              target.byteSize(),
              target.address(),
              0,
              0,
              event.address());
      context.check(code, "hand out results");
      reads++;
      readBytes += target.byteSize();
      return new Event(event.get(0));
    }
  }

  /** Copies on the device, from the start of one buffer to the start of another. */
  public void copy(DeviceBuffer source, DeviceBuffer target, long bytes) {
    int code = nclEnqueueCopyBuffer(handle, source.handle(), target.handle(), 0, 0, bytes, 0, 0, 0);
    context.check(code, "copy data");
  }

  /** Makes sure that the device begins with what was asked for. */
  public void flush() {
    context.check(clFlush(handle), "begin");
  }

  /** Waits until everything is done. */
  public void finish() {
    waits++;
    context.check(clFinish(handle), "finish");
  }

  /** From here on each launch is timed; the queue must have been made for it. */
  public void startTiming() {
    timing = true;
  }

  /** Where the list of timed launches ends at present. */
  public int timedLaunches() {
    return timedEvents.size();
  }

  /**
   * Waits, and ends timing.
   *
   * @return start and end of each timed launch, in the device's own ticks
   */
  public long[][] stopTiming() {
    timing = false;
    finish();
    long[][] times = new long[timedEvents.size()][];
    for (int i = 0; i < times.length; i++) {
      long event = timedEvents.get(i);
      times[i] =
          new long[] {
            time(event, CL_PROFILING_COMMAND_START), time(event, CL_PROFILING_COMMAND_END)
          };
      clReleaseEvent(event);
    }
    timedEvents.clear();
    return times;
  }

  private long time(long event, int parameter) {
    long[] value = new long[1];
    context.check(clGetEventProfilingInfo(event, parameter, value, null), "tell times");
    return value[0];
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      // What a failed device answers here is of no use any more.
      clFinish(handle);
      clReleaseCommandQueue(handle);
    }
  }

  /** That a transfer is done. */
  public final class Event {

    private long event;

    private Event(long event) {
      this.event = event;
    }

    /**
     * Waits for it, once.
     *
     * @throws DeviceException if it failed
     */
    public void await() {
      if (event != 0) {
        waits += isDone() ? 0 : 1;
        int code = clWaitForEvents(event);
        clReleaseEvent(event);
        event = 0;
        context.check(code, "transfer data");
      }
    }

    private boolean isDone() {
      int[] status = new int[1];
      return clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, status, null) == CL_SUCCESS
          && status[0] == CL_COMPLETE;
    }

    /** For those who do not wait. */
    public void forget() {
      if (event != 0) {
        clReleaseEvent(event);
        event = 0;
      }
    }
  }
}
