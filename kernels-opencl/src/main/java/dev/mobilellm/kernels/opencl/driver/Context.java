package dev.mobilellm.kernels.opencl.driver;

import static org.lwjgl.opencl.CL10.*;

import dev.mobilellm.spi.device.DeviceException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/**
 * A device in use: its memory, programs and queues. Safe for several threads; what it hands out is
 * not.
 */
public final class Context implements AutoCloseable {

  private static final String OPTIONS = "-cl-std=CL1.2";
  private static final int LOG_LINES = 12;

  private final Hardware hardware;
  private final Limits limits;
  private final String label;
  private final long handle;
  private final Map<Source, Long> programs = new HashMap<>();
  private final AtomicLong allocated = new AtomicLong();
  private boolean closed;

  /**
   * @param id of the device: {@code opencl:0}
   * @param limits at most the hardware's
   * @throws DeviceException if the driver refuses
   */
  public Context(String id, Hardware hardware, Limits limits) {
    this.hardware = hardware;
    this.limits = limits;
    this.label = label(id, hardware);
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.callocInt(1);
      PointerBuffer properties = stack.pointers(CL_CONTEXT_PLATFORM, hardware.platformHandle(), 0);
      handle = clCreateContext(properties, hardware.handle(), null, 0, code);
      check(code.get(0), "open it");
    }
  }

  public Hardware hardware() {
    return hardware;
  }

  public Limits limits() {
    return limits;
  }

  /** The sources of all programs that were built. */
  public synchronized Set<Source> sources() {
    return Set.copyOf(programs.keySet());
  }

  /** Bytes of all buffers that are not released. */
  public long allocated() {
    return allocated.get();
  }

  /**
   * Memory, not initialised.
   *
   * @param bytes at least 1, at most the largest allocation
   * @param purpose for the message: {@code "weights"}
   * @throws DeviceException if there is none
   */
  public DeviceBuffer allocate(long bytes, String purpose) {
    if (bytes > limits.largestAllocation()) {
      throw new DeviceException(
          "The device %s was asked for a buffer of %d MB for the %s, but allows at most %d MB at once."
              .formatted(label, megabytes(bytes), purpose, megabytes(limits.largestAllocation())));
    }
    long now = allocated.addAndGet(bytes);
    if (now > limits.memory()) {
      allocated.addAndGet(-bytes);
      throw outOfMemory(bytes, purpose, "more than it has");
    }
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.callocInt(1);
      long buffer =
          nclCreateBuffer(handle, CL_MEM_READ_WRITE, bytes, 0, MemoryUtil.memAddress(code));
      if (code.get(0) != CL_SUCCESS) {
        allocated.addAndGet(-bytes);
        if (ErrorCode.isMemory(code.get(0))) {
          throw outOfMemory(bytes, purpose, ErrorCode.name(code.get(0)));
        }
        check(code.get(0), "allocate memory for the " + purpose);
      }
      return new DeviceBuffer(buffer, bytes, () -> allocated.addAndGet(-bytes));
    }
  }

  private DeviceException outOfMemory(long bytes, String purpose, String answer) {
    return new DeviceException(
        "The device %s has too little memory for the %s: %d MB were asked for beside %d MB in use of %d MB (%s)."
            .formatted(
                label,
                purpose,
                megabytes(bytes),
                megabytes(allocated.get()),
                megabytes(limits.memory()),
                answer));
  }

  /** For messages, rounded up. */
  public static long megabytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }

  /**
   * An in-order queue.
   *
   * @param timed whether its commands can be timed, which slows them
   */
  public Queue newQueue(boolean timed) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.callocInt(1);
      long properties = timed ? CL_QUEUE_PROFILING_ENABLE : 0;
      long queue = clCreateCommandQueue(handle, hardware.handle(), properties, code);
      check(code.get(0), "make a queue");
      return new Queue(this, queue);
    }
  }

  /**
   * A kernel of a program, which is built if this context has not built it before.
   *
   * @throws DeviceException if it cannot be built, with the start of the compiler's log
   */
  public synchronized Kernel kernel(Source source, String entry) {
    if (closed) {
      throw new IllegalStateException("the device is closed");
    }
    Long program = programs.get(source);
    if (program == null) {
      program = build(source, entry);
      programs.put(source, program);
    }
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.callocInt(1);
      long kernel = clCreateKernel(program, entry, code);
      check(code.get(0), "make the kernel " + entry);
      return new Kernel(this, kernel, entry);
    }
  }

  private long build(Source source, String entry) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.callocInt(1);
      long program = clCreateProgramWithSource(handle, source.text(), code);
      check(code.get(0), "take the source of " + entry);
      int built = clBuildProgram(program, hardware.handle(), OPTIONS, null, 0);
      if (built != CL_SUCCESS) {
        String log = log(program);
        clReleaseProgram(program);
        throw new DeviceException(
            "The device %s cannot build the kernel %s: %s answered %s."
                .formatted(label, entry, ErrorCode.name(built), log));
      }
      return program;
    }
  }

  private String log(long program) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer size = stack.callocPointer(1);
      clGetProgramBuildInfo(
          program, hardware.handle(), CL_PROGRAM_BUILD_LOG, (ByteBuffer) null, size);
      if (size.get(0) < 2) {
        return "without a log";
      }
      ByteBuffer text = MemoryUtil.memAlloc((int) size.get(0));
      try {
        clGetProgramBuildInfo(program, hardware.handle(), CL_PROGRAM_BUILD_LOG, text, null);
        byte[] bytes = new byte[text.capacity() - 1];
        text.get(bytes);
        List<String> lines = new ArrayList<>();
        new String(bytes, StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .limit(LOG_LINES)
            .forEach(lines::add);
        return "\"" + String.join(" | ", lines) + "\"";
      } finally {
        MemoryUtil.memFree(text);
      }
    }
  }

  /**
   * Fails unless a call succeeded.
   *
   * @param action what was asked of the device: {@code "run embed"}
   */
  void check(int code, String action) {
    if (code != CL_SUCCESS) {
      throw new DeviceException(
          "The device %s failed when it was asked to %s: it answered %s."
              .formatted(label, action, ErrorCode.name(code)));
    }
  }

  /** How messages call a device, behind the words {@code "The device"}. */
  public static String label(String id, Hardware hardware) {
    return "\"%s\" (%s)".formatted(id, hardware.identity());
  }

  /** For messages. */
  public String label() {
    return label;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      programs.values().forEach(program -> clReleaseProgram(program));
      clReleaseContext(handle);
    }
  }
}
