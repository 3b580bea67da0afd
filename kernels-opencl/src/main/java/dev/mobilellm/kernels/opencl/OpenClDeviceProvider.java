package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.Discovery;
import dev.mobilellm.kernels.opencl.driver.Hardware;
import dev.mobilellm.kernels.opencl.driver.Limits;
import dev.mobilellm.kernels.opencl.driver.Source;
import dev.mobilellm.kernels.opencl.kernels.KernelRegistry;
import dev.mobilellm.kernels.opencl.selftest.RememberedChecks;
import dev.mobilellm.kernels.opencl.selftest.SelfTest;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Offers the devices of all OpenCL drivers, the best first: {@code opencl:0}, {@code opencl:1}. The
 * provider's name alone, {@code opencl}, is the best one.
 */
public final class OpenClDeviceProvider implements ComputeDeviceProvider {

  private static final String NAME = "opencl";

  /** Found by the service loader. */
  public OpenClDeviceProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DeviceListing devices() {
    Discovery discovery = Discovery.run();
    List<DeviceInfo> infos = new ArrayList<>();
    for (Hardware hardware : discovery.devices()) {
      infos.add(info(infos.size(), hardware));
    }
    return new DeviceListing(infos, discovery.problem());
  }

  private static DeviceInfo info(int number, Hardware hardware) {
    Limits limits = hardware.limits();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("platform", hardware.platform());
    facts.put("version", hardware.version());
    facts.put("driver", hardware.driver());
    facts.put("compute units", String.valueOf(limits.computeUnits()));
    facts.put("largest allocation", "%d MB".formatted(limits.largestAllocation() >> 20));
    facts.put("work-group", "%d work-items".formatted(limits.workGroup()));
    facts.put("local memory", "%d KB".formatted(limits.localMemory() >> 10));
    facts.put("unified memory", hardware.unified() ? "yes" : "no");
    return new DeviceInfo(
        NAME + ":" + number,
        "%s, %d compute units".formatted(hardware.name(), limits.computeUnits()),
        hardware.kind(),
        limits.memory(),
        facts);
  }

  @Override
  public DeviceCheck check(DeviceInfo device, DeviceOptions options) {
    try {
      String identity = find(device).identity();
      Optional<RememberedChecks> memory =
          Optional.ofNullable(options.properties().get(DeviceOptions.CACHE_DIR))
              .map(folder -> new RememberedChecks(Path.of(folder), subject(identity, options)));
      boolean again = "force".equals(options.properties().get(DeviceOptions.SELF_TEST));
      Optional<DeviceCheck> known =
          again ? Optional.empty() : memory.flatMap(RememberedChecks::find);
      if (known.isPresent()) {
        return known.get();
      }
      DeviceCheck check = test(device, identity, options);
      memory.ifPresent(checks -> checks.put(check));
      return check;
    } catch (DeviceException | ModelException | InvalidPathException e) {
      return DeviceCheck.failed(clause(e.getMessage()));
    }
  }

  /** A sentence of a device about itself, as what follows after its name. */
  private static String clause(String sentence) {
    return sentence
        .replaceFirst("^The device \"[^\"]*\"( \\([^)]*\\))? ", "it ")
        .replaceFirst("[.]$", "");
  }

  /** Another driver, other sources or other kernels make another result. */
  private static String subject(String identity, DeviceOptions options) {
    return String.join(
        "; ",
        identity,
        "profile " + options.properties().getOrDefault(Profile.PROPERTY, "none"),
        "sources " + Integer.toHexString(Source.fingerprint()),
        "kernels " + new KernelRegistry(options.layers()).names());
  }

  private DeviceCheck test(DeviceInfo device, String identity, DeviceOptions options) {
    DeviceOptions small =
        new DeviceOptions(
            options.threads(), SelfTest.BATCH_TOKENS, options.properties(), options.layers());
    try (ComputeDevice opened = open(device, small)) {
      return new SelfTest(opened).run(identity);
    }
  }

  @Override
  public ComputeDevice open(DeviceInfo device, DeviceOptions options) {
    requireFloatCache(options);
    Hardware hardware = find(device);
    Limits limits = Profile.apply(hardware.limits(), options.properties());
    Context context = new Context(device.id(), hardware, limits);
    try {
      return new OpenClDevice(device, context, options);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  private static void requireFloatCache(DeviceOptions options) {
    String type = options.properties().getOrDefault("kv-cache", "auto");
    if (!type.equals("auto") && !type.equals("f32")) {
      throw new UsageException(
          "The device opencl keeps the key/value cache in float32, but --kv-cache is %s; leave it out, or take --device java."
              .formatted(type));
    }
  }

  private static Hardware find(DeviceInfo device) {
    List<Hardware> found = Discovery.run().devices();
    for (int i = 0; i < found.size(); i++) {
      if (device.id().equals(NAME + ":" + i)) {
        return found.get(i);
      }
    }
    throw new DeviceException("The device \"%s\" is not there any more.".formatted(device.id()));
  }
}
