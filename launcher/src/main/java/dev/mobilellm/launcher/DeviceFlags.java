package dev.mobilellm.launcher;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.DeviceOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How devices are opened. A mixin for commands that open some. */
public final class DeviceFlags {

  private static final List<String> PROFILES = List.of("none", "apple", "tiny");

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "CPU threads. Default: as many as there are cores.")
  private Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--opencl-profile",
      paramLabel = "NAME",
      description =
          "Make an OpenCL device pretend to have the limits of another: apple (1 GiB in one piece,"
              + " work-groups of 256, 32 KiB of local memory) or tiny (64 MiB in one piece)."
              + " Default: none.")
  private Optional<String> openClProfile = Optional.empty();

  @Option(
      names = "--device-set",
      paramLabel = "NAME=VALUE",
      description = "Option of a device plugin; repeatable.")
  private Map<String, String> properties = new LinkedHashMap<>();

  /**
   * CPU threads, 0: as many as there are cores.
   *
   * @throws UsageException if the number is out of range
   */
  public int threads() {
    return ModelOptions.atLeastOne("--threads", threads);
  }

  /**
   * The options of single devices by name, with a place where they may remember things.
   *
   * @throws UsageException if there is no such profile
   */
  public Map<String, String> properties() {
    Map<String, String> all = new LinkedHashMap<>();
    CacheFolder.current().ifPresent(folder -> all.put(DeviceOptions.CACHE_DIR, folder.toString()));
    all.putAll(properties);
    openClProfile.ifPresent(profile -> all.put("opencl-profile", known(profile)));
    return all;
  }

  private static String known(String profile) {
    if (!PROFILES.contains(profile)) {
      throw new UsageException(
          "There is no OpenCL profile \"%s\"; there are: %s."
              .formatted(profile, String.join(", ", PROFILES)));
    }
    return profile;
  }
}
