package dev.mobilellm.spi.device;

import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.graph.KvCache;
import java.util.List;
import java.util.Optional;

/** Finds and opens compute devices. A service. */
public interface ComputeDeviceProvider extends Plugin {

  /** The devices that are here. Never fails: no driver is an empty list and a reason. */
  DeviceListing devices();

  /**
   * Opens a device.
   *
   * @param device one of {@link #devices()}
   * @throws dev.mobilellm.spi.ModelException if it cannot be used, saying why
   */
  ComputeDevice open(DeviceInfo device, DeviceOptions options);

  /**
   * Tells, without opening a device, what the key/value cache of a sequence will take on it.
   *
   * @param device one of {@link #devices()}
   * @param options with which the device would be opened
   * @param caches of the program
   * @param positions that the sequence holds, at least 1
   * @return empty if that cannot be told
   * @throws dev.mobilellm.spi.UsageException if an option is wrong
   */
  default Optional<CacheMemory> cacheMemory(
      DeviceInfo device, DeviceOptions options, List<KvCache> caches, int positions) {
    return Optional.empty();
  }
}
