package dev.mobilellm.spi.device;

import java.util.List;
import java.util.Map;

/**
 * How to open a device.
 *
 * @param threads CPU threads to use, 0: as many as there are cores
 * @param maxBatchTokens the most tokens that one {@link Batch} will hold, at least 1; buffers are
 *     sized for it
 * @param properties options of single devices by name; a device ignores what it does not know
 * @param layers where a device looks for third-party kernels of its own SPI; empty: beside itself
 */
public record DeviceOptions(
    int threads, int maxBatchTokens, Map<String, String> properties, List<ModuleLayer> layers) {

  /** All cores, batches of up to 512 tokens. */
  public static final DeviceOptions DEFAULT = new DeviceOptions(0, 512, Map.of(), List.of());

  public DeviceOptions {
    if (threads < 0 || maxBatchTokens < 1) {
      throw new IllegalArgumentException(threads + " threads, batches of " + maxBatchTokens);
    }
    properties = Map.copyOf(properties);
    layers = List.copyOf(layers);
  }
}
