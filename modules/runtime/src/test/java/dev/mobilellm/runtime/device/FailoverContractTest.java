package dev.mobilellm.runtime.device;

import dev.mobilellm.runtime.device.FakeProvider.Call;
import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.Provenance;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.testkit.ComputeDeviceContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;

/** A program that may fail over is a program like any other, before and after it does. */
class FailoverContractTest {

  @Nested
  class WhileNothingFails extends Contract {
    WhileNothingFails() {
      super(Call.NONE, 0);
    }
  }

  @Nested
  class WhenALaterPassFails extends Contract {
    WhenALaterPassFails() {
      super(Call.FORWARD, 3);
    }
  }

  @Nested
  class WhenAResultCannotBeRead extends Contract {
    WhenAResultCannotBeRead() {
      super(Call.READ, 2);
    }
  }

  abstract static class Contract extends ComputeDeviceContract {

    private final Call failing;
    private final int after;

    Contract(Call failing, int after) {
      this.failing = failing;
      this.after = after;
    }

    @Override
    protected ComputeDevice open(DeviceOptions options) {
      return new FailoverDevice(failing, after, options);
    }

    @Override
    protected double tolerance(WeightEncoding encoding) {
      return 1e-6;
    }
  }

  /** Compiles programs that each have a failing device of their own. */
  private record FailoverDevice(
      Call failing, int after, DeviceOptions options, List<CompiledProgram> programs)
      implements ComputeDevice {

    FailoverDevice(Call failing, int after, DeviceOptions options) {
      this(failing, after, options, new ArrayList<>());
    }

    @Override
    public DeviceInfo info() {
      return new DeviceInfo("failover", "", DeviceInfo.Kind.OTHER, 0);
    }

    @Override
    public CompiledProgram compile(Program program, LoadProgress progress) {
      FakeProvider gpu = FakeProvider.gpu().failingAt(failing, after);
      FailoverProgram compiled =
          new FailoverProgram(
              place(gpu, program),
              Optional.of(() -> place(FakeProvider.java(), program)),
              options.maxBatchTokens(),
              note -> {});
      programs.add(compiled);
      return compiled;
    }

    private PlacedProgram place(FakeProvider provider, Program program) {
      DeviceChoice choice =
          new DeviceChoice(
              new Found<>(provider, provider.name(), 0, new Provenance("", "", "", false)),
              provider.devices().devices().getFirst(),
              "");
      return PlacedProgram.open(choice, options, program, LoadProgress.NONE);
    }

    @Override
    public void close() {
      programs.forEach(CompiledProgram::close);
    }
  }
}
