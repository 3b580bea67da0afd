package dev.mobilellm.spi.device;

import dev.mobilellm.spi.graph.Program;

/** An open device. Closing it closes what was compiled on it. Safe for several threads. */
public interface ComputeDevice extends AutoCloseable {

  DeviceInfo info();

  /**
   * Prepares a program: binds each operation to a kernel, lowers composites without one, uploads or
   * repacks weights, once. The weights must stay open as long as the result.
   *
   * @param progress told how far this is
   * @throws dev.mobilellm.spi.ModelException if the device cannot hold it, saying what is missing
   */
  CompiledProgram compile(Program program, LoadProgress progress);

  @Override
  void close();
}
