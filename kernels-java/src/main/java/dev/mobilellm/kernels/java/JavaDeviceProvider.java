package dev.mobilellm.kernels.java;

import com.sun.management.OperatingSystemMXBean;
import dev.mobilellm.kernels.java.cache.PageLayouts;
import dev.mobilellm.kernels.java.spi.CacheTypes;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.CacheMemory;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.graph.KvCache;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * Offers the device {@code java}: all CPU cores, through the Vector API. This class and its
 * messages work without the Vector API's module; nothing else here does.
 */
public final class JavaDeviceProvider implements ComputeDeviceProvider {

  private static final String NAME = "java";
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /** Found by the service loader. */
  public JavaDeviceProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DeviceListing devices() {
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
      return DeviceListing.none(
          "the Vector API is missing; start Java with --add-modules " + VECTOR_MODULE);
    }
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      return DeviceListing.none("it needs a little-endian machine");
    }
    return DeviceListing.of(
        new DeviceInfo(
            NAME,
            "%d cores, %s".formatted(cores(), VectorWidth.description()),
            DeviceInfo.Kind.CPU,
            memory()));
  }

  /**
   * @throws ModelException if the machine or its Java cannot run it
   */
  @Override
  public ComputeDevice open(DeviceInfo device, DeviceOptions options) {
    DeviceListing listing = devices();
    if (listing.devices().isEmpty()) {
      throw new ModelException(
          "The device \"%s\" cannot be used: %s.".formatted(NAME, listing.reason()));
    }
    if (!device.id().equals(NAME)) {
      throw new IllegalArgumentException(device.id() + " is no device of " + NAME);
    }
    int threads = options.threads() == 0 ? cores() : options.threads();
    return new JavaDevice(listing.devices().getFirst(), threads, options);
  }

  @Override
  public Optional<CacheMemory> cacheMemory(
      DeviceInfo device, DeviceOptions options, List<KvCache> caches, int positions) {
    CacheTypes types = JavaDevice.cacheTypes(options);
    return Optional.of(
        new CacheMemory(types.label(), new PageLayouts(caches, types).bytes(positions)));
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** What the machine has, or the container's limit. */
  private static long memory() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }
}
