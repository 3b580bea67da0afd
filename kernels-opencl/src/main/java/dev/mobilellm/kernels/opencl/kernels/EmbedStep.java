package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.driver.Source;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.kernels.opencl.weights.DeviceMatrix;
import dev.mobilellm.kernels.opencl.weights.MatrixForm;
import dev.mobilellm.spi.graph.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Looks up rows of a table: a launch for each of the buffers that it lies in. */
final class EmbedStep implements Step {

  private final DeviceMatrix table;
  private final DeviceBuffer output;
  private final List<Kernel> kernels = new ArrayList<>();

  EmbedStep(Primitive.Embed op, Resources resources) {
    table = resources.weights().matrix(op.table());
    output = resources.buffer(op.output());
    List<String> pieces = new ArrayList<>(List.of("common"));
    pieces.addAll(table.form().pieces());
    pieces.addAll(List.of("pass", "embed"));
    Source source = Source.of(table.form().with(Map.of()), pieces);
    table.slices().forEach(slice -> kernels.add(resources.context().kernel(source, "embed")));
  }

  @Override
  public String name() {
    return "embed " + table.form().name();
  }

  @Override
  public void run(ForwardPass pass, Queue queue) {
    int units = (table.columns() + MatrixForm.UNIT - 1) / MatrixForm.UNIT;
    for (int i = 0; i < kernels.size(); i++) {
      Kernel kernel = kernels.get(i);
      DeviceMatrix.Slice slice = table.slices().get(i);
      Arguments.of(kernel)
          .add(slice.parts())
          .add(pass.buffer())
          .add(output)
          .add(slice.firstRow())
          .add(slice.rows())
          .add(table.columns());
      int group = kernel.group(RowStep.GROUP);
      queue.launch(kernel, (units + group - 1) / group, pass.tokens(), 1, group);
    }
  }

  @Override
  public void close() {
    kernels.forEach(Kernel::close);
  }
}
