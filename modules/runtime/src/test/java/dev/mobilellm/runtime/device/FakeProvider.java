package dev.mobilellm.runtime.device;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.testkit.reference.ReferenceDeviceProvider;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The reference device under other names, which fails when it is told to, and then for good. */
final class FakeProvider implements ComputeDeviceProvider {

  /** What the devices can be asked to fail at. */
  enum Call {
    OPEN,
    COMPILE,
    SEQUENCE,
    FORWARD,
    READ,
    NONE
  }

  private final String name;
  private final DeviceListing listing;
  private final ReferenceDeviceProvider reference = new ReferenceDeviceProvider();
  private DeviceCheck check = DeviceCheck.UNCHECKED;
  private Call failing = Call.NONE;
  private boolean mayHaveGpu = true;
  private final AtomicInteger callsLeft = new AtomicInteger();

  /** What happened, for tests to look at. */
  final List<String> events = new ArrayList<>();

  FakeProvider(String name, DeviceListing listing) {
    this.name = name;
    this.listing = listing;
  }

  /** With devices of these ids. */
  static FakeProvider of(String name, DeviceInfo.Kind kind, String... ids) {
    List<DeviceInfo> devices = new ArrayList<>();
    for (String id : ids) {
      devices.add(new DeviceInfo(id, "a fake", kind, 0));
    }
    return new FakeProvider(name, new DeviceListing(devices, ""));
  }

  static FakeProvider gpu() {
    return of("gpu", DeviceInfo.Kind.GPU, "gpu:0");
  }

  /** What takes over. */
  static FakeProvider java() {
    return of("java", DeviceInfo.Kind.CPU, "java");
  }

  /** Fails at a call after so many that succeed. */
  FakeProvider failingAt(Call call, int after) {
    failing = call;
    callsLeft.set(after);
    return this;
  }

  FakeProvider checked(DeviceCheck result) {
    check = result;
    return this;
  }

  /** Knows without asking its drivers that there is none. */
  FakeProvider withoutGpu() {
    mayHaveGpu = false;
    return this;
  }

  @Override
  public boolean mayHaveGpu() {
    return mayHaveGpu;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DeviceListing devices() {
    events.add("devices");
    return listing;
  }

  @Override
  public DeviceCheck check(DeviceInfo device, DeviceOptions options) {
    events.add("check " + device.id());
    return check;
  }

  @Override
  public ComputeDevice open(DeviceInfo device, DeviceOptions options) {
    events.add("open " + device.id());
    count(Call.OPEN);
    DeviceInfo info = reference.devices().devices().getFirst();
    return new Device(device, reference.open(info, options));
  }

  private void count(Call call) {
    if (failing == call && callsLeft.getAndDecrement() <= 0) {
      throw new DeviceException("The device \"%s\" failed to %s.".formatted(name, call));
    }
  }

  private final class Device implements ComputeDevice {

    private final DeviceInfo info;
    private final ComputeDevice device;

    Device(DeviceInfo info, ComputeDevice device) {
      this.info = info;
      this.device = device;
    }

    @Override
    public DeviceInfo info() {
      return info;
    }

    @Override
    public CompiledProgram compile(Program program, LoadProgress progress) {
      count(Call.COMPILE);
      return new FakeProgram(device.compile(program, progress));
    }

    @Override
    public void close() {
      events.add("close " + info.id());
      device.close();
    }
  }

  private final class FakeProgram implements CompiledProgram {

    private final CompiledProgram program;

    FakeProgram(CompiledProgram program) {
      this.program = program;
    }

    @Override
    public Sequence openSequence(int capacity) {
      count(Call.SEQUENCE);
      return program.openSequence(capacity);
    }

    @Override
    public long cacheBytesPerPosition() {
      return program.cacheBytesPerPosition();
    }

    @Override
    public BatchResult forward(Batch batch) {
      count(Call.FORWARD);
      BatchResult result = program.forward(batch);
      return new BatchResult() {
        @Override
        public int rows() {
          return result.rows();
        }

        @Override
        public MemorySegment logits(int row) {
          count(Call.READ);
          return result.logits(row);
        }

        @Override
        public int argmax(int row) {
          count(Call.READ);
          return result.argmax(row);
        }
      };
    }

    @Override
    public List<BoundOp> explain() {
      return program.explain();
    }

    @Override
    public void close() {
      program.close();
    }
  }
}
