package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.Value;
import java.util.Map;

/** Operations on rows by themselves: one launch each, dimension 1 is the rows. */
final class RowStep implements Step {

  /** Work-items of a group, if the kernel can have so many. */
  static final int GROUP = 64;

  /** Sets the arguments for a pass. */
  @FunctionalInterface
  private interface Binding {
    void bind(Arguments arguments, ForwardPass pass);
  }

  private final String name;
  private final Kernel kernel;
  private final Value.Rows rows;
  private final int items;
  private final boolean wholeGroups;
  private final Binding binding;

  /**
   * @param items of dimension 0: work-items, or groups
   * @param wholeGroups whether the items are groups
   */
  private RowStep(
      String name,
      Kernel kernel,
      Value.Rows rows,
      int items,
      boolean wholeGroups,
      Binding binding) {
    this.name = name;
    this.kernel = kernel;
    this.rows = rows;
    this.items = items;
    this.wholeGroups = wholeGroups;
    this.binding = binding;
  }

  static Step of(Primitive.RmsNorm op, Resources resources) {
    DeviceBuffer input = resources.buffer(op.input());
    DeviceBuffer output = resources.buffer(op.output());
    DeviceBuffer weight = op.weight().map(resources.weights()::floats).orElse(input);
    int width = op.input().width();
    return new RowStep(
        "norm",
        resources.kernel("rms_norm", Map.of("GROUP_ITEMS", GROUP), "common", "norm"),
        op.output().rows(),
        width / op.group(),
        true,
        (arguments, pass) ->
            arguments
                .add(input)
                .add(weight)
                .add(output)
                .add(width)
                .add(op.group())
                .add(op.eps())
                .add(op.weight().isPresent() ? 1 : 0));
  }

  static Step of(Primitive.Rope op, Resources resources) {
    DeviceBuffer input = resources.buffer(op.input());
    DeviceBuffer output = resources.buffer(op.output());
    int table = resources.tables().add(op.rotary());
    return new RowStep(
        "rope",
        resources.kernel("rope", Map.of(), "rotary"),
        op.output().rows(),
        op.input().width() / 2,
        false,
        (arguments, pass) ->
            arguments
                .add(input)
                .add(output)
                .add(op.input().width())
                .add(op.rotary().headDim())
                .add(pass.buffer())
                .add(pass.rotaryAt(table)));
  }

  static Step of(Primitive.Activate op, Resources resources) {
    DeviceBuffer input = resources.buffer(op.input());
    DeviceBuffer output = resources.buffer(op.output());
    return elements(
        op.activation().label(),
        "activate_elements",
        op.output(),
        resources,
        (arguments, pass) ->
            arguments
                .add(input)
                .add(output)
                .add(op.output().width())
                .add(MatrixLaunch.number(op.activation())));
  }

  static Step of(Primitive.Multiply op, Resources resources) {
    return pair("multiply", op.left(), op.right(), op.output(), resources);
  }

  static Step of(Primitive.Add op, Resources resources) {
    return pair("add", op.left(), op.right(), op.output(), resources);
  }

  static Step of(Primitive.SelectWanted op, Resources resources) {
    DeviceBuffer input = resources.buffer(op.input());
    DeviceBuffer output = resources.buffer(op.output());
    return elements(
        "select",
        "select_wanted",
        op.output(),
        resources,
        (arguments, pass) ->
            arguments
                .add(input)
                .add(output)
                .add(op.output().width())
                .add(pass.buffer())
                .add(pass.tokens())
                .add(pass.wantedFirst()));
  }

  private static Step pair(
      String name, Value left, Value right, Value output, Resources resources) {
    DeviceBuffer first = resources.buffer(left);
    DeviceBuffer second = resources.buffer(right);
    DeviceBuffer result = resources.buffer(output);
    return elements(
        name,
        name + "_elements",
        output,
        resources,
        (arguments, pass) -> arguments.add(first).add(second).add(result).add(output.width()));
  }

  private static Step elements(
      String name, String entry, Value output, Resources resources, Binding binding) {
    return new RowStep(
        name,
        resources.kernel(entry, Map.of(), "activation", "pass", "elements"),
        output.rows(),
        output.width(),
        false,
        binding);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(ForwardPass pass, Queue queue) {
    binding.bind(Arguments.of(kernel), pass);
    int group = kernel.group(GROUP);
    int groups = wholeGroups ? items : (items + group - 1) / group;
    queue.launch(kernel, groups, pass.rows(rows), 1, group);
  }

  @Override
  public void close() {
    kernel.close();
  }
}
