package dev.mobilellm.runtime.device;

import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Program;

/**
 * A program on an open device.
 *
 * @param choice which device, and why
 * @param device open; closed with this
 * @param program compiled on it; closed with this
 */
public record PlacedProgram(DeviceChoice choice, ComputeDevice device, CompiledProgram program)
    implements AutoCloseable {

  /**
   * Opens a device and compiles a program on it.
   *
   * @throws dev.mobilellm.spi.device.DeviceException if the device cannot hold it, or fails
   * @throws dev.mobilellm.spi.ModelException if it cannot run such a program, or not here
   */
  public static PlacedProgram open(
      DeviceChoice choice, DeviceOptions options, Program program, LoadProgress progress) {
    ComputeDevice device = choice.open(options);
    try {
      return new PlacedProgram(choice, device, device.compile(program, progress));
    } catch (RuntimeException | Error e) {
      device.close();
      throw e;
    }
  }

  /** The device's name. */
  public String id() {
    return choice.info().id();
  }

  @Override
  public void close() {
    program.close();
    device.close();
  }
}
