package dev.mobilellm.spi.device;

import java.util.List;
import java.util.Map;

/**
 * How to open a device.
 *
 * @param threads CPU threads to use, 0: as many as there are cores
 * @param maxBatchTokens the most tokens that one {@link Batch} will hold, at least 1; buffers are
 *     sized for it
 * @param properties options of single devices by name; a device ignores what it does not know. The
 *     names that more than one device understands are constants here
 * @param layers where a device looks for third-party kernels of its own SPI; empty: beside itself
 */
public record DeviceOptions(
    int threads, int maxBatchTokens, Map<String, String> properties, List<ModuleLayer> layers) {

  /** {@code force}: checks a device again, whatever is remembered. */
  public static final String SELF_TEST = "self-test";

  /**
   * A folder for what a device remembers between runs, such as the result of its check. It need not
   * exist. Absent: nothing is remembered.
   */
  public static final String CACHE_DIR = "cache-dir";

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
