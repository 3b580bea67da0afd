package dev.mobilellm.kernels.opencl.driver;

import static org.lwjgl.opencl.CL10.*;

import java.util.Arrays;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;

/** A kernel with its arguments, which stay until they are set again. One object for each launch. */
public final class Kernel implements AutoCloseable {

  /** Every device that is used can run so many work-items in a group. */
  public static final int SMALLEST_GROUP = 32;

  private final Context context;
  private final long handle;
  private final String entry;
  private final int groupLimit;

  /** What each argument was set to: setting costs a call, and most never change. */
  private long[] values = new long[16];

  private boolean[] known = new boolean[16];

  Kernel(Context context, long handle, String entry) {
    this.context = context;
    this.handle = handle;
    this.entry = entry;
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer size = stack.callocPointer(1);
      int code =
          clGetKernelWorkGroupInfo(
              handle, context.hardware().handle(), CL_KERNEL_WORK_GROUP_SIZE, size, null);
      long limit = code == CL_SUCCESS ? size.get(0) : SMALLEST_GROUP;
      groupLimit = (int) Math.min(limit, context.limits().workGroup());
    }
  }

  long handle() {
    return handle;
  }

  /** The kernel's name. */
  public String entry() {
    return entry;
  }

  /** The most work-items that a group of this very kernel can have. */
  public int groupLimit() {
    return groupLimit;
  }

  /** The largest power of two that is neither above the wanted size nor above the limit. */
  public int group(int wanted) {
    return Integer.highestOneBit(Math.min(wanted, groupLimit));
  }

  public void set(int index, DeviceBuffer buffer) {
    if (changes(index, buffer.number())) {
      try (MemoryStack stack = MemoryStack.stackPush()) {
        check(clSetKernelArg(handle, index, stack.pointers(buffer.handle())), index);
      }
    }
  }

  public void set(int index, int value) {
    if (changes(index, value)) {
      try (MemoryStack stack = MemoryStack.stackPush()) {
        check(clSetKernelArg(handle, index, stack.ints(value)), index);
      }
    }
  }

  public void set(int index, float value) {
    if (changes(index, Float.floatToRawIntBits(value))) {
      try (MemoryStack stack = MemoryStack.stackPush()) {
        check(clSetKernelArg(handle, index, stack.floats(value)), index);
      }
    }
  }

  /** An array in local memory. */
  public void setLocal(int index, long bytes) {
    check(clSetKernelArg(handle, index, bytes), index);
  }

  private boolean changes(int index, long value) {
    if (index >= values.length) {
      values = Arrays.copyOf(values, 2 * index);
      known = Arrays.copyOf(known, 2 * index);
    }
    boolean changes = !known[index] || values[index] != value;
    known[index] = true;
    values[index] = value;
    return changes;
  }

  private void check(int code, int index) {
    context.check(code, "take argument " + index + " of the kernel " + entry);
  }

  @Override
  public void close() {
    clReleaseKernel(handle);
  }
}
