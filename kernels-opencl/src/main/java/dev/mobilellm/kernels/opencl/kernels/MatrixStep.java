package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.kernels.MatrixProduct.Gate;
import dev.mobilellm.kernels.opencl.kernels.MatrixProduct.Norm;
import dev.mobilellm.kernels.opencl.kernels.MatrixProduct.Segment;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.kernels.opencl.weights.DeviceMatrix;
import dev.mobilellm.kernels.opencl.weights.MatrixForm;
import dev.mobilellm.spi.graph.LinearAdd;
import dev.mobilellm.spi.graph.NormGatedLinear;
import dev.mobilellm.spi.graph.NormLinear;
import dev.mobilellm.spi.graph.NormLinear.Projection;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Linear layers with what is fused into them: usually one launch, more where matrices have several
 * encodings or lie in several buffers.
 */
final class MatrixStep implements Step {

  private final String name;
  private final Value input;
  private final Optional<Norm> norm;
  private final DeviceBuffer inputs;
  private final Optional<DeviceBuffer> factors;
  private final Optional<Kernel> factorsKernel;
  private final List<MatrixLaunch> launches;

  private MatrixStep(
      String kind,
      Resources resources,
      Value input,
      Optional<Norm> norm,
      List<MatrixLaunch> launches) {
    this.input = input;
    this.norm = norm;
    this.launches = launches;
    name =
        launches.stream()
            .map(launch -> launch.form().name())
            .distinct()
            .collect(Collectors.joining("+", kind + " ", ""));
    inputs = resources.buffer(input);
    factors = norm.map(n -> resources.scratch("norm factors", resources.maxTokens()));
    factorsKernel =
        norm.map(
            n ->
                resources.kernel(
                    "norm_factors", Map.of("GROUP_ITEMS", RowStep.GROUP), "common", "norm"));
  }

  static Step of(Primitive.Linear op, Resources resources) {
    Projection projection = new Projection(op.weight(), op.bias());
    return linear(
        "matrix",
        resources,
        op.input(),
        Optional.empty(),
        List.of(projection),
        List.of(op.output()),
        Optional.empty());
  }

  static Step of(LinearAdd op, Resources resources) {
    Projection projection = new Projection(op.weight(), op.bias());
    return linear(
        "matrix+add",
        resources,
        op.input(),
        Optional.empty(),
        List.of(projection),
        List.of(op.output()),
        Optional.of(resources.buffer(op.residual())));
  }

  static Step of(NormLinear op, Resources resources) {
    Norm norm = new Norm(resources.weights().floats(op.norm()), op.eps());
    return linear(
        "norm+matrix",
        resources,
        op.input(),
        Optional.of(norm),
        op.projections(),
        op.outputs(),
        Optional.empty());
  }

  static Step of(NormGatedLinear op, Resources resources) {
    Optional<Norm> norm = Optional.of(new Norm(resources.weights().floats(op.norm()), op.eps()));
    DeviceMatrix gate = resources.weights().matrix(op.gate());
    DeviceMatrix up = resources.weights().matrix(op.up());
    int width = op.output().width();
    List<MatrixLaunch> launches = new ArrayList<>();
    for (int i = 0; i < up.slices().size(); i++) {
      DeviceMatrix.Slice slice = up.slices().get(i);
      Segment segment =
          new Segment(
              slice, resources.buffer(op.output()), slice.firstRow(), width, Optional.empty());
      launches.add(
          new MatrixLaunch(
              resources,
              new MatrixProduct(
                  up.form(),
                  up.columns(),
                  List.of(segment),
                  Optional.of(new Gate(gate.slices().get(i), op.activation())),
                  resources.buffer(op.input()),
                  op.input().rows(),
                  norm,
                  Optional.empty())));
    }
    return new MatrixStep("norm+gated matrix", resources, op.input(), norm, launches);
  }

  /** Whether one kernel can read gate and up side by side. */
  static boolean supports(NormGatedLinear op) {
    return MatrixForm.of(op.gate()).equals(MatrixForm.of(op.up()));
  }

  private static Step linear(
      String kind,
      Resources resources,
      Value input,
      Optional<Norm> norm,
      List<Projection> projections,
      List<Value> outputs,
      Optional<DeviceBuffer> residual) {
    List<MatrixLaunch> launches = new ArrayList<>();
    List<Segment> segments = new ArrayList<>();
    DeviceMatrix last = null;
    for (int i = 0; i < projections.size(); i++) {
      Projection projection = projections.get(i);
      DeviceMatrix matrix = resources.weights().matrix(projection.weight());
      Optional<DeviceBuffer> bias = projection.bias().map(resources.weights()::floats);
      for (DeviceMatrix.Slice slice : matrix.slices()) {
        if (last != null
            && (segments.size() == MatrixProduct.MAX_SEGMENTS || !matrix.alike(last))) {
          launches.add(launch(resources, last, segments, input, norm, residual));
          segments.clear();
        }
        segments.add(
            new Segment(
                slice,
                resources.buffer(outputs.get(i)),
                slice.firstRow(),
                outputs.get(i).width(),
                bias));
        last = matrix;
      }
    }
    launches.add(launch(resources, last, segments, input, norm, residual));
    return new MatrixStep(kind, resources, input, norm, launches);
  }

  private static MatrixLaunch launch(
      Resources resources,
      DeviceMatrix matrix,
      List<Segment> segments,
      Value input,
      Optional<Norm> norm,
      Optional<DeviceBuffer> residual) {
    return new MatrixLaunch(
        resources,
        new MatrixProduct(
            matrix.form(),
            matrix.columns(),
            List.copyOf(segments),
            Optional.empty(),
            resources.buffer(input),
            input.rows(),
            norm,
            residual));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(ForwardPass pass, Queue queue) {
    int rows = pass.rows(input.rows());
    if (norm.isPresent() && rows > ForwardPass.FEW_TOKENS) {
      Kernel kernel = factorsKernel.orElseThrow();
      Arguments.of(kernel)
          .add(inputs)
          .add(factors.orElseThrow())
          .add(input.width())
          .add(norm.orElseThrow().eps());
      queue.launch(kernel, 1, rows, 1, kernel.group(RowStep.GROUP));
    }
    for (MatrixLaunch launch : launches) {
      launch.run(pass, queue, factors.orElse(null));
    }
  }

  @Override
  public void close() {
    factorsKernel.ifPresent(Kernel::close);
    launches.forEach(MatrixLaunch::close);
  }
}
