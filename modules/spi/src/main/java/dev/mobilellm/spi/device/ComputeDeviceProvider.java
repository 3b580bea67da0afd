package dev.mobilellm.spi.device;

import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.graph.KvCache;
import java.util.List;
import java.util.Optional;

/** Finds and opens compute devices. A service. Safe for several threads. */
public interface ComputeDeviceProvider extends Plugin {

  /** The devices that are here. Never fails: no driver is an empty list and a reason. */
  DeviceListing devices();

  /**
   * Whether there may be a GPU among the devices. Asked where only a GPU would be taken: drivers
   * take long to start, so this must be told at once and without them. False keeps {@link
   * #devices()} from being asked until a device of this provider is named.
   */
  default boolean mayHaveGpu() {
    return true;
  }

  /**
   * Finds out whether a device computes what it should: drivers exist that silently do not. Asked
   * before a device is opened for a model; may take seconds the first time.
   *
   * <p>The result may be remembered, per device and driver, below the folder that {@link
   * DeviceOptions#CACHE_DIR} names; without one, or if it cannot be written, nothing is remembered.
   * {@link DeviceOptions#SELF_TEST} makes it check again.
   *
   * @param device one of {@link #devices()}
   * @return never fails: a device that cannot even be opened is not usable, and the explanation
   *     says why
   */
  default DeviceCheck check(DeviceInfo device, DeviceOptions options) {
    return DeviceCheck.UNCHECKED;
  }

  /**
   * Opens a device.
   *
   * @param device one of {@link #devices()}
   * @throws DeviceException if it cannot be used at present, saying why
   * @throws dev.mobilellm.spi.ModelException if it can never be used here, saying why
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
