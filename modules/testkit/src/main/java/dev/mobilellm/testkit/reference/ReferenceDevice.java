package dev.mobilellm.testkit.reference;

import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Program;
import java.util.ArrayList;
import java.util.List;

/** Lowers every composite and interprets the primitives. */
final class ReferenceDevice implements ComputeDevice {

  private final int maxBatchTokens;
  private final List<ReferenceProgram> programs = new ArrayList<>();
  private boolean closed;

  ReferenceDevice(int maxBatchTokens) {
    this.maxBatchTokens = maxBatchTokens;
  }

  @Override
  public DeviceInfo info() {
    return ReferenceDeviceProvider.INFO;
  }

  @Override
  public synchronized CompiledProgram compile(Program program, LoadProgress progress) {
    if (closed) {
      throw new IllegalStateException("the device is closed");
    }
    ReferenceProgram compiled =
        new ReferenceProgram(program.lower(composite -> false), maxBatchTokens);
    programs.add(compiled);
    progress.report("Lowering the program", 1, 1);
    return compiled;
  }

  @Override
  public synchronized void close() {
    closed = true;
    programs.forEach(ReferenceProgram::close);
  }
}
