package dev.mobilellm.spi.device;

import dev.mobilellm.spi.graph.Program;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** An open device. Closing it closes what was compiled on it. Safe for several threads. */
public interface ComputeDevice extends AutoCloseable {

  DeviceInfo info();

  /**
   * Prepares a program: binds each operation to a kernel, lowers composites without one, uploads or
   * repacks weights, once. The weights must stay open as long as the result.
   *
   * @param progress told how far this is
   * @throws DeviceException if the device cannot hold it, saying how much is missing, or fails
   * @throws dev.mobilellm.spi.ModelException if it cannot run such a program at all
   */
  CompiledProgram compile(Program program, LoadProgress progress);

  /**
   * Measures what this device can do at best, with the threads that programs run on, in a few
   * seconds. Forward passes wait meanwhile.
   *
   * @param memory as much as is read to find the speed of memory, usually the weights of a model; a
   *     device may read other memory instead, as it keeps weights. If the caches hold all of it, it
   *     is their speed that is found
   * @return empty if the device cannot tell, or has too little to read
   */
  default Optional<DeviceLimits> measure(List<MemorySegment> memory) {
    return Optional.empty();
  }

  @Override
  void close();
}
