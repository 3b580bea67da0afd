package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.driver.Source;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.kernels.opencl.spi.Argument;
import dev.mobilellm.kernels.opencl.spi.OpenClKernel;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A kernel of a third party. */
final class ProvidedStep implements Step {

  private final OpenClKernel description;
  private final String jar;
  private final Kernel kernel;

  /** Those of the arguments that depend on the pass. */
  private final List<PerPass> perPass = new ArrayList<>();

  private record PerPass(int index, Argument argument) {}

  /**
   * @param jar that it comes from, for messages
   */
  ProvidedStep(OpenClKernel description, String jar, Resources resources) {
    this.description = description;
    this.jar = jar;
    kernel = resources.context().kernel(new Source(description.source()), description.entry());
    for (int i = 0; i < description.arguments().size(); i++) {
      bind(i, description.arguments().get(i), resources);
    }
  }

  private void bind(int index, Argument argument, Resources resources) {
    switch (argument) {
      case Argument.Rows rows -> kernel.set(index, resources.buffer(rows.value()));
      case Argument.Floats floats -> kernel.set(index, resources.weights().floats(floats.tensor()));
      case Argument.Part part -> kernel.set(index, part(part, resources));
      case Argument.Int number -> kernel.set(index, number.value());
      case Argument.Real number -> kernel.set(index, number.value());
      case Argument.Local local -> kernel.setLocal(index, local.bytes());
      case Argument.RowCount count -> perPass.add(new PerPass(index, count));
      case Argument.Tokens tokens -> perPass.add(new PerPass(index, tokens));
    }
  }

  private DeviceBuffer part(Argument.Part part, Resources resources) {
    WeightTensor tensor = part.tensor();
    MemorySegment stored = tensor.parts().get(part.part());
    if (stored.byteSize() > resources.context().limits().largestAllocation()) {
      throw new ModelException(
          "The kernel \"%s\" wants %s in one buffer of %d MB, but the device %s allows %d MB; remove %s."
              .formatted(
                  description.name(),
                  tensor.name(),
                  stored.byteSize() >> 20,
                  resources.context().label(),
                  resources.context().limits().largestAllocation() >> 20,
                  jar));
    }
    return resources.weights().stored(tensor, part.part());
  }

  @Override
  public String name() {
    return description.name();
  }

  @Override
  public void run(ForwardPass pass, Queue queue) {
    for (PerPass bound : perPass) {
      switch (bound.argument()) {
        case Argument.RowCount count -> kernel.set(bound.index(), pass.rows(count.rows()));
        default -> kernel.set(bound.index(), pass.buffer());
      }
    }
    int group = description.grid().group();
    int groups = (description.grid().items() + group - 1) / group;
    queue.launch(kernel, groups, pass.rows(description.grid().rows()), 1, group);
  }

  @Override
  public void close() {
    kernel.close();
  }
}
