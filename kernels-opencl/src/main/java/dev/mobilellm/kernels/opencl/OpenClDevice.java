package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.kernels.KernelRegistry;
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

/** The open device: its context and the programs compiled on it. */
final class OpenClDevice implements ComputeDevice {

  private final DeviceInfo info;
  private final Context context;
  private final KernelRegistry kernels;
  private final int maxTokens;
  private final List<OpenClProgram> programs = new ArrayList<>();
  private boolean closed;

  OpenClDevice(DeviceInfo info, Context context, DeviceOptions options) {
    this.info = info;
    this.context = context;
    kernels = new KernelRegistry(options.layers());
    maxTokens = options.maxBatchTokens();
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
    OpenClProgram compiled = OpenClProgram.compile(program, kernels, context, maxTokens, progress);
    programs.add(compiled);
    return compiled;
  }

  /** Copies in the device's own memory, whatever memory the host has. */
  @Override
  public synchronized Optional<DeviceLimits> measure(List<MemorySegment> memory) {
    if (closed) {
      throw new IllegalStateException("the device is closed");
    }
    return MeasuredLimits.measure(context);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      programs.forEach(OpenClProgram::close);
      context.close();
    }
  }
}
