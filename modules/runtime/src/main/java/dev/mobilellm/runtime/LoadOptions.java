package dev.mobilellm.runtime;

import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.DeviceOptions;
import java.util.Map;
import java.util.Optional;

/**
 * How to load a model.
 *
 * @param device a device's id, {@code java} or {@code opencl:0}; empty or {@code auto}: the best
 *     one
 * @param attention name of an attention plugin to use; empty: the one that matches
 * @param mlp name of an MLP plugin to use; empty: the one that matches
 * @param threads CPU threads, 0: as many as there are cores
 * @param context the longest conversation in tokens, 0: what the model was trained for
 * @param maxBatchTokens the most tokens of one forward pass
 * @param deviceProperties options of single devices by name
 * @param weightType how matrices are held in memory
 */
public record LoadOptions(
    Optional<String> device,
    Optional<String> attention,
    Optional<String> mlp,
    int threads,
    int context,
    int maxBatchTokens,
    Map<String, String> deviceProperties,
    WeightType weightType) {

  /** The best device, the matching plugins, all cores, the model's own context. */
  public static final LoadOptions DEFAULT =
      new LoadOptions(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          0,
          0,
          512,
          Map.of(),
          WeightType.AUTO);

  /**
   * @throws UsageException if a number is out of range
   */
  public LoadOptions {
    if (threads < 0 || threads > 1024) {
      throw new UsageException("threads must be between 0 and 1024, found " + threads + ".");
    }
    if (context < 0) {
      throw new UsageException("context must be at least 1, found " + context + ".");
    }
    if (maxBatchTokens < 1) {
      throw new UsageException("maxBatchTokens must be at least 1, found " + maxBatchTokens + ".");
    }
    deviceProperties = Map.copyOf(deviceProperties);
  }

  /**
   * The same for a device.
   *
   * @param batchTokens the most tokens of one batch
   * @param registry whose layers may hold kernels
   */
  public DeviceOptions deviceOptions(int batchTokens, PluginRegistry registry) {
    return new DeviceOptions(threads, batchTokens, deviceProperties, registry.layers());
  }

  /** The attention and MLP plugins that are named here. */
  public ModelAssembly.Forced forced() {
    return new ModelAssembly.Forced(attention, mlp);
  }

  public LoadOptions withDevice(String value) {
    return new LoadOptions(
        Optional.of(value),
        attention,
        mlp,
        threads,
        context,
        maxBatchTokens,
        deviceProperties,
        weightType);
  }

  public LoadOptions withThreads(int value) {
    return new LoadOptions(
        device, attention, mlp, value, context, maxBatchTokens, deviceProperties, weightType);
  }

  public LoadOptions withContext(int value) {
    return new LoadOptions(
        device, attention, mlp, threads, value, maxBatchTokens, deviceProperties, weightType);
  }

  public LoadOptions withMaxBatchTokens(int value) {
    return new LoadOptions(
        device, attention, mlp, threads, context, value, deviceProperties, weightType);
  }

  public LoadOptions withDeviceProperties(Map<String, String> value) {
    return new LoadOptions(
        device, attention, mlp, threads, context, maxBatchTokens, value, weightType);
  }

  public LoadOptions withWeightType(WeightType value) {
    return new LoadOptions(
        device, attention, mlp, threads, context, maxBatchTokens, deviceProperties, value);
  }
}
