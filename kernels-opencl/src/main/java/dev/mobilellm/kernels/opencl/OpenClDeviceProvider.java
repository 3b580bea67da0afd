package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.Discovery;
import dev.mobilellm.kernels.opencl.driver.GpuFiles;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Offers the devices of all OpenCL drivers, the best first: {@code opencl:0}, {@code opencl:1}. The
 * provider's name alone, {@code opencl}, is the best one.
 */
public final class OpenClDeviceProvider implements ComputeDeviceProvider {

  private static final String NAME = "opencl";

  /** The property that chooses how keys and values are kept. */
  private static final String CACHE_TYPE = "kv-cache";

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

  @Override
  public boolean mayHaveGpu() {
    return GpuFiles.mayBeHere();
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
      Hardware hardware = find(device);
      KernelRegistry kernels = new KernelRegistry(options.layers());
      Optional<RememberedChecks> memory =
          Optional.ofNullable(options.properties().get(DeviceOptions.CACHE_DIR))
              .map(Path::of)
              .map(folder -> new RememberedChecks(folder, subject(hardware, kernels, options)));
      boolean again = "force".equals(options.properties().get(DeviceOptions.SELF_TEST));
      Optional<DeviceCheck> known =
          again ? Optional.empty() : memory.flatMap(RememberedChecks::find);
      DeviceCheck check = known.orElseGet(() -> test(device, hardware, options, memory));
      return check.usable() || kernels.locations().isEmpty()
          ? check
          : DeviceCheck.failed(
              "%s; with kernels from %s"
                  .formatted(check.explanation(), String.join(", ", kernels.locations())));
    } catch (DeviceException | ModelException | InvalidPathException e) {
      return DeviceCheck.failed(clause(e.getMessage()));
    }
  }

  private DeviceCheck test(
      DeviceInfo device,
      Hardware hardware,
      DeviceOptions options,
      Optional<RememberedChecks> memory) {
    try {
      DeviceCheck check = selfTest(device, hardware.identity(), options);
      memory.ifPresent(checks -> checks.put(check));
      return check;
    } catch (DeviceException e) {
      // It may succeed another time, so this is not remembered.
      return DeviceCheck.failed(aboutItself(e.getMessage(), device, hardware));
    }
  }

  /** Who asks knows which device it is. */
  private static String aboutItself(String sentence, DeviceInfo device, Hardware hardware) {
    String subject = "The device " + Context.label(device.id(), hardware) + " ";
    return sentence.startsWith(subject)
        ? clause("it " + sentence.substring(subject.length())) + "; " + hardware.identity()
        : clause(sentence);
  }

  /** A sentence, as what follows after a colon. */
  private static String clause(String sentence) {
    String first = sentence.substring(0, 1).toLowerCase(Locale.ROOT);
    return first + sentence.substring(1).replaceFirst("[.]$", "");
  }

  /** Another driver, other sources or other kernels make another result. */
  private static String subject(Hardware hardware, KernelRegistry kernels, DeviceOptions options) {
    return String.join(
        "; ",
        hardware.identity(),
        "profile " + options.properties().getOrDefault(Profile.PROPERTY, Profile.NONE),
        "sources " + Integer.toHexString(Source.fingerprint()),
        "kernels " + kernels.names());
  }

  /** How the cache is kept is not what is tested. */
  private DeviceCheck selfTest(DeviceInfo device, String identity, DeviceOptions options) {
    Map<String, String> properties = new HashMap<>(options.properties());
    properties.remove(CACHE_TYPE);
    DeviceOptions small =
        new DeviceOptions(options.threads(), SelfTest.BATCH_TOKENS, properties, options.layers());
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
    String type = options.properties().getOrDefault(CACHE_TYPE, "auto");
    if (!type.equals("auto") && !type.equals("f32")) {
      throw new UsageException(
          "The device \"opencl\" keeps the key/value cache as f32, but --kv-cache is \"%s\"; leave it out, or take --device java."
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
