package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.spi.CacheTypes;
import dev.mobilellm.kernels.java.threads.WarmingWorkers;
import dev.mobilellm.kernels.java.threads.WorkerThreads;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Program;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The open device: its threads and the programs compiled on it. */
final class JavaDevice implements ComputeDevice {

  /** The device property that asks for float activations throughout: {@code true}. */
  static final String EXACT = "exact";

  /** The property that chooses how keys and values are kept. */
  private static final String CACHE_TYPE = "kv-cache";

  private final DeviceInfo info;
  private final WorkerThreads workers;
  private final KernelRegistry kernels;
  private final JavaProgram.Limits limits;
  private final List<JavaProgram> programs = new ArrayList<>();
  private boolean closed;

  /**
   * @throws UsageException if the type of cache is none
   */
  JavaDevice(DeviceInfo info, int threads, DeviceOptions options) {
    this.info = info;
    limits =
        new JavaProgram.Limits(
            options.maxBatchTokens(),
            info.memory(),
            Boolean.parseBoolean(options.properties().get(EXACT)),
            cacheTypes(options));
    kernels = new KernelRegistry(options.layers());
    workers = new WorkerThreads(threads);
  }

  /**
   * How keys and values are to be kept.
   *
   * @throws UsageException if there is no such type
   */
  static CacheTypes cacheTypes(DeviceOptions options) {
    return Optional.ofNullable(options.properties().get(CACHE_TYPE))
        .map(CacheTypes::of)
        .orElse(CacheTypes.AUTO);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public synchronized CompiledProgram compile(Program program, LoadProgress progress) {
    if (closed) {
      throw new IllegalStateException("the device is closed");
    }
    JavaProgram compiled =
        JavaProgram.compile(program, kernels, new WarmingWorkers(workers), limits, progress);
    programs.add(compiled);
    return compiled;
  }

  @Override
  public Optional<DeviceLimits> measure(List<MemorySegment> memory) {
    return MachineLimits.measure(workers, memory);
  }

  @Override
  public synchronized void close() {
    closed = true;
    programs.forEach(JavaProgram::close);
    workers.close();
  }
}
