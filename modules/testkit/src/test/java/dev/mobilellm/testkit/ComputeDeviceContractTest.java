package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Activation;
import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.testkit.reference.ReferenceDeviceProvider;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** The contract notices devices that compute something else than they were asked to. */
class ComputeDeviceContractTest {

  /** The reference device, given each primitive changed. */
  private record BrokenDevice(ComputeDevice device, UnaryOperator<Primitive> fault)
      implements ComputeDevice {

    @Override
    public DeviceInfo info() {
      return device.info();
    }

    @Override
    public CompiledProgram compile(Program program, LoadProgress progress) {
      Program lowered = program.lower(composite -> false);
      var ops = lowered.ops().stream().map(op -> (Op) fault.apply((Primitive) op)).toList();
      return device.compile(new Program(ops, lowered.caches(), lowered.logits()), progress);
    }

    @Override
    public void close() {
      device.close();
    }
  }

  private static final class BrokenContract extends ComputeDeviceContract {

    private final UnaryOperator<Primitive> fault;

    BrokenContract(UnaryOperator<Primitive> fault) {
      this.fault = fault;
    }

    @Override
    protected ComputeDevice open(DeviceOptions options) {
      ReferenceDeviceProvider provider = new ReferenceDeviceProvider();
      ComputeDevice device = provider.open(provider.devices().devices().getFirst(), options);
      return new BrokenDevice(device, fault);
    }

    @Override
    protected double tolerance(WeightEncoding encoding) {
      return 1e-4;
    }
  }

  @Test
  void wrongFrequenciesFail() {
    assertCaught(
        op ->
            op instanceof Primitive.Rope(var input, var rotary, var output)
                ? new Primitive.Rope(input, new RotaryEmbedding(rotary.headDim(), 10_000), output)
                : op);
  }

  @Test
  void missingRotationFails() {
    assertCaught(
        op ->
            op instanceof Primitive.Rope(var input, var rotary, var output)
                ? new Primitive.Same(input, output)
                : op);
  }

  @Test
  void missingQkNormFails() {
    assertCaught(
        op ->
            op instanceof Primitive.RmsNorm norm && norm.weight().isEmpty()
                ? new Primitive.Same(norm.input(), norm.output())
                : op);
  }

  @Test
  void ignoredNormWeightFails() {
    assertCaught(
        op ->
            op instanceof Primitive.RmsNorm(var in, var weight, var group, var eps, var out)
                ? new Primitive.RmsNorm(in, Optional.empty(), group, eps, out)
                : op);
  }

  @Test
  void chunkOffByOneFails() {
    assertCaught(
        reshaped(
            shape ->
                new AttentionShape(
                    shape.heads(),
                    shape.kvHeads(),
                    shape.headDim(),
                    shape.scale(),
                    shape.chunk() == 0 ? 0 : shape.chunk() + 1,
                    shape.temper())));
  }

  @Test
  void missingTemperFails() {
    assertCaught(
        reshaped(
            shape ->
                new AttentionShape(
                    shape.heads(),
                    shape.kvHeads(),
                    shape.headDim(),
                    shape.scale(),
                    shape.chunk(),
                    Optional.empty())));
  }

  @Test
  void wrongScaleFails() {
    assertCaught(
        reshaped(
            shape ->
                new AttentionShape(
                    shape.heads(),
                    shape.kvHeads(),
                    shape.headDim(),
                    shape.scale() * 1.01f,
                    shape.chunk(),
                    shape.temper())));
  }

  @Test
  void forgottenBiasFails() {
    assertCaught(
        op ->
            op instanceof Primitive.Linear(var input, var weight, var bias, var output)
                ? new Primitive.Linear(input, weight, Optional.empty(), output)
                : op);
  }

  @Test
  void anotherActivationFails() {
    assertCaught(
        op ->
            op instanceof Primitive.Activate(var input, var activation, var output)
                ? new Primitive.Activate(input, Activation.SILU, output)
                : op);
  }

  private static UnaryOperator<Primitive> reshaped(UnaryOperator<AttentionShape> change) {
    return op ->
        op instanceof Primitive.Attention(var q, var k, var v, var cache, var shape, var output)
            ? new Primitive.Attention(q, k, v, cache, change.apply(shape), output)
            : op;
  }

  private static void assertCaught(UnaryOperator<Primitive> fault) {
    ComputeDeviceContract contract = new BrokenContract(fault);
    contract.openDevices();
    try {
      assertThrows(
          AssertionError.class,
          () ->
              contract
                  .everyProgramAgreesWithTheReference()
                  .forEach(ComputeDeviceContractTest::execute));
    } finally {
      contract.closeDevices();
    }
  }

  private static void execute(DynamicTest test) {
    try {
      test.getExecutable().execute();
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
