package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.threads.WorkerThreads;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Program;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The open device: its threads and the programs compiled on it. */
final class JavaDevice implements ComputeDevice {

  /** The device property that asks for float activations throughout: {@code true}. */
  static final String EXACT = "exact";

  private final DeviceInfo info;
  private final WorkerThreads workers;
  private final KernelRegistry kernels;
  private final int maxBatchTokens;
  private final boolean exact;
  private final List<JavaProgram> programs = new ArrayList<>();
  private boolean closed;

  JavaDevice(DeviceInfo info, int threads, DeviceOptions options) {
    this.info = info;
    kernels = new KernelRegistry(options.layers());
    workers = new WorkerThreads(threads);
    maxBatchTokens = options.maxBatchTokens();
    exact = Boolean.parseBoolean(options.properties().get(EXACT));
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public synchronized CompiledProgram compile(Program program, LoadProgress progress) {
    if (closed) {
      throw new IllegalStateException("the device is closed");
    }
    JavaProgram compiled =
        JavaProgram.compile(
            program,
            kernels,
            workers,
            new JavaProgram.Limits(maxBatchTokens, info.memory(), exact),
            progress);
    programs.add(compiled);
    return compiled;
  }

  @Override
  public Optional<DeviceLimits> measure(List<MemorySegment> memory) {
    return MachineLimits.measure(workers, memory);
  }

  @Override
  public synchronized void close() {
    closed = true;
    programs.forEach(JavaProgram::close);
    workers.close();
  }
}
