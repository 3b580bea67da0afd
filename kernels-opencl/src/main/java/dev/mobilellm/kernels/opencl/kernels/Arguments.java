package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import java.util.List;

/** Sets the arguments of a kernel one after another. */
final class Arguments {

  private final Kernel kernel;
  private int index;

  private Arguments(Kernel kernel) {
    this.kernel = kernel;
  }

  static Arguments of(Kernel kernel) {
    return new Arguments(kernel);
  }

  Arguments add(DeviceBuffer buffer) {
    kernel.set(index++, buffer);
    return this;
  }

  Arguments add(List<DeviceBuffer> buffers) {
    buffers.forEach(this::add);
    return this;
  }

  Arguments add(int value) {
    kernel.set(index++, value);
    return this;
  }

  Arguments add(float value) {
    kernel.set(index++, value);
    return this;
  }
}
