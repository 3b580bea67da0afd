package dev.mobilellm.runtime;

import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceInfo.Kind;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A device that can be opened, and why it was chosen.
 *
 * @param provider whose it is
 * @param info the device
 * @param reason a clause
 */
public record DeviceChoice(Found<ComputeDeviceProvider> provider, DeviceInfo info, String reason) {

  /** Every device of every provider, in the order of the providers' priority. */
  public static List<DeviceChoice> all(PluginRegistry registry) {
    List<DeviceChoice> choices = new ArrayList<>();
    for (Found<ComputeDeviceProvider> provider : registry.all(Service.DEVICE)) {
      for (DeviceInfo info : provider.plugin().devices().devices()) {
        choices.add(new DeviceChoice(provider, info, ""));
      }
    }
    return choices;
  }

  /**
   * The device of this name, or the best one: a GPU, else the CPU. Others are taken by name only.
   *
   * @param name a device's id, a provider's name, {@code auto}, or empty
   * @throws UsageException if there is no device of this name
   * @throws ModelException if there is none at all
   */
  public static DeviceChoice choose(PluginRegistry registry, Optional<String> name) {
    List<DeviceChoice> choices = all(registry);
    if (name.isPresent() && !name.get().equals("auto")) {
      return choices.stream()
          .filter(c -> c.info.id().equals(name.get()) || c.provider.name().equals(name.get()))
          .findFirst()
          .map(c -> new DeviceChoice(c.provider, c.info, "named"))
          .orElseThrow(() -> new UsageException(unknown(name.get(), registry, choices)));
    }
    for (Kind kind : List.of(Kind.GPU, Kind.CPU)) {
      for (DeviceChoice choice : choices) {
        if (choice.info.kind() == kind) {
          return new DeviceChoice(
              choice.provider, choice.info, kind == Kind.GPU ? "a GPU" : "no GPU is usable");
        }
      }
    }
    throw new ModelException("There is no compute device: " + missing(registry) + ".");
  }

  /** Opens it. */
  public ComputeDevice open(DeviceOptions options) {
    return provider.plugin().open(info, options);
  }

  private static String unknown(String name, PluginRegistry registry, List<DeviceChoice> choices) {
    Optional<String> reason =
        registry
            .find(Service.DEVICE, name.replaceFirst(":.*", ""))
            .map(provider -> provider.plugin().devices().reason())
            .filter(text -> !text.isEmpty());
    if (reason.isPresent()) {
      return "The device \"%s\" cannot be used: %s.".formatted(name, reason.get());
    }
    return "There is no device \"%s\"; there are: auto, %s."
        .formatted(name, choices.stream().map(c -> c.info.id()).collect(Collectors.joining(", ")));
  }

  private static String missing(PluginRegistry registry) {
    return registry.all(Service.DEVICE).stream()
        .map(
            provider -> {
              DeviceListing listing = provider.plugin().devices();
              return provider.name()
                  + (listing.devices().isEmpty()
                      ? ": " + listing.reason()
                      : " is taken by name only");
            })
        .reduce((a, b) -> a + "; " + b)
        .orElse("no device plugin is installed");
  }
}
