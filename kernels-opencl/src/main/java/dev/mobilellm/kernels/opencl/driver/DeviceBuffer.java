package dev.mobilellm.kernels.opencl.driver;

import static org.lwjgl.opencl.CL10.clReleaseMemObject;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory on a device. Released once; the driver keeps it until the commands that use it are done.
 */
public final class DeviceBuffer implements AutoCloseable {

  private static final AtomicLong COUNT = new AtomicLong();

  /** Unlike handles, numbers are not used again. */
  private final long number = COUNT.incrementAndGet();

  private final long handle;
  private final long bytes;
  private final Runnable onRelease;
  private boolean released;

  DeviceBuffer(long handle, long bytes, Runnable onRelease) {
    this.handle = handle;
    this.bytes = bytes;
    this.onRelease = onRelease;
  }

  long handle() {
    return handle;
  }

  long number() {
    return number;
  }

  /** Its size. */
  public long bytes() {
    return bytes;
  }

  @Override
  public synchronized void close() {
    if (!released) {
      released = true;
      clReleaseMemObject(handle);
      onRelease.run();
    }
  }
}
