package dev.mobilellm.benchmarks.kernels;

import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Program;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A program that does little but one operation, several times over, on the device {@code java}.
 * Kernels are reached as models reach them; what a pass costs besides is a look-up of rows.
 */
final class OneOperation implements AutoCloseable {

  private static final String DEVICE = "java";

  /** Tokens of a pass that only fills the cache. */
  private static final int FILLING = 512;

  private final ComputeDevice device;
  private final CompiledProgram compiled;
  private final Sequence sequence;
  private final int depth;
  private final Batch batch;

  /**
   * Compiles a program and fills its cache.
   *
   * @param tokens of a pass
   * @param depth positions in front of them
   * @param threads 0: all cores
   * @param properties of the device
   */
  OneOperation(
      Program program, int tokens, int depth, int threads, Map<String, String> properties) {
    this.depth = depth;
    ComputeDeviceProvider provider = provider();
    DeviceInfo info = provider.devices().devices().getFirst();
    int most = Math.max(tokens, FILLING);
    device = provider.open(info, new DeviceOptions(threads, most, properties, List.of()));
    compiled = device.compile(program, LoadProgress.NONE);
    sequence = compiled.openSequence(depth + tokens);
    for (int filled = 0; filled < depth; filled += FILLING) {
      int[] chunk = new int[Math.min(FILLING, depth - filled)];
      compiled.forward(Batch.of(sequence, chunk, Batch.Wanted.NONE));
    }
    int[] ids = new int[tokens];
    Arrays.setAll(ids, i -> i % program.vocabularySize() % LinearBenchmark.VOCABULARY);
    batch = Batch.of(sequence, ids, Batch.Wanted.ALL);
  }

  /** The device under test, if it is there. */
  static ComputeDeviceProvider provider() {
    return PluginRegistry.builtIn().all(Service.DEVICE).stream()
        .filter(found -> found.name().equals(DEVICE))
        .findFirst()
        .map(Found::plugin)
        .orElseThrow(() -> new ModelException("There is no device \"" + DEVICE + "\"."));
  }

  /** One pass. */
  BatchResult run() {
    sequence.truncate(depth);
    return compiled.forward(batch);
  }

  @Override
  public void close() {
    device.close();
  }
}
