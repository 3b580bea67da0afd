package dev.mobilellm.runtime.device;

import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.DeviceInfo.Kind;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The compute devices that are here, and which of them to take. Each provider is asked for its
 * devices at most once, when they come into question: who names a device does not wait for the
 * drivers of others, and nobody waits for drivers where there can be no GPU. Each device is checked
 * at most once. Not safe for several threads.
 */
public final class DeviceSearch {

  /** What users write to leave the choice to this class. */
  public static final String AUTO = "auto";

  /** It can run every model, and a CPU device of anybody else is slower for all that is known. */
  private static final String LAST_RESORT = "java";

  private final DeviceOptions options;
  private final Consumer<String> notes;
  private final List<Found<ComputeDeviceProvider>> providers;
  private final Map<Found<ComputeDeviceProvider>, DeviceListing> asked = new HashMap<>();
  private final Map<String, DeviceCheck> checks = new HashMap<>();

  /**
   * @param options with which devices are checked
   * @param notes told one line about each device that would have been taken but cannot be
   */
  public DeviceSearch(PluginRegistry registry, DeviceOptions options, Consumer<String> notes) {
    this.options = options;
    this.notes = notes;
    providers = registry.all(Service.DEVICE);
  }

  /** What each provider has, highest priority first. */
  public SequencedMap<Found<ComputeDeviceProvider>, DeviceListing> listings() {
    SequencedMap<Found<ComputeDeviceProvider>, DeviceListing> listings = new LinkedHashMap<>();
    providers.forEach(provider -> listings.put(provider, listing(provider)));
    return listings;
  }

  private DeviceListing listing(Found<ComputeDeviceProvider> provider) {
    return asked.computeIfAbsent(provider, found -> found.plugin().devices());
  }

  /** Every device, in the order of the providers' priority. */
  public List<DeviceChoice> devices() {
    return providers.stream().flatMap(this::devices).toList();
  }

  private Stream<DeviceChoice> devices(Found<ComputeDeviceProvider> provider) {
    return listing(provider).devices().stream().map(info -> new DeviceChoice(provider, info, ""));
  }

  /** Whether a device computes what it should, as its provider says. */
  public DeviceCheck check(DeviceChoice device) {
    return checks.computeIfAbsent(
        device.info().id(), id -> device.provider().plugin().check(device.info(), options));
  }

  /** The device that takes over where others fail. */
  public Optional<DeviceChoice> lastResort() {
    return candidates(LAST_RESORT).filter(DeviceSearch::isLastResort).findFirst();
  }

  /** Whether a device may be taken without being named: a GPU, or the last resort. */
  public static boolean isAutomatic(DeviceChoice device) {
    return isGpu(device) || isLastResort(device);
  }

  /** Whether there is nothing left to try after this device. */
  public static boolean isLastResort(DeviceChoice device) {
    return device.info().id().equals(LAST_RESORT);
  }

  /**
   * Uses the device of this name, or else the best one: the first GPU that passes its check and can
   * be used, then {@code java}. Any other device is taken by name only.
   *
   * @param name a device's id, a provider's name for the first GPU or device of it, {@code auto},
   *     or empty
   * @param use opens the device, for example; a GPU on which it fails is passed over unless it was
   *     named
   * @return what use returned
   * @throws UsageException if there is no device of this name
   * @throws DeviceException if the device of this name fails or does not pass its check
   * @throws ModelException if no device is left
   */
  public <T> T first(Optional<String> name, Function<DeviceChoice, T> use) {
    return name.isEmpty() || name.get().equals(AUTO) ? best(use) : named(name.get(), use);
  }

  private <T> T named(String name, Function<DeviceChoice, T> use) {
    DeviceChoice device = find(name);
    DeviceCheck check = check(device);
    if (!check.usable()) {
      throw new DeviceException(
          "The device \"%s\" cannot be used: %s.".formatted(name, check.explanation()));
    }
    return use.apply(device.because("named"));
  }

  private DeviceChoice find(String name) {
    List<DeviceChoice> devices = candidates(name).toList();
    return devices.stream()
        .filter(device -> device.info().id().equals(name))
        .findFirst()
        .or(() -> devices.stream().filter(d -> isOf(d, name) && isGpu(d)).findFirst())
        .or(() -> devices.stream().filter(d -> isOf(d, name)).findFirst())
        .orElseThrow(() -> new UsageException(unknown(name)));
  }

  /** The devices of the provider that gives a device its name; if there is none, all devices. */
  private Stream<DeviceChoice> candidates(String name) {
    List<Found<ComputeDeviceProvider>> named =
        providers.stream().filter(found -> found.name().equals(provider(name))).toList();
    return (named.isEmpty() ? providers : named).stream().flatMap(this::devices);
  }

  /** {@code opencl:1} is of {@code opencl}. */
  private static String provider(String device) {
    return device.replaceFirst(":.*", "");
  }

  private <T> T best(Function<DeviceChoice, T> use) {
    List<String> reasons = new ArrayList<>();
    for (DeviceChoice gpu : gpus()) {
      DeviceCheck check = check(gpu);
      if (!check.usable()) {
        String id = gpu.info().id();
        notes.accept("The device \"%s\" is not used: %s.".formatted(id, check.explanation()));
        reasons.add(id + " did not pass its check");
        continue;
      }
      try {
        return use.apply(gpu.because("a GPU"));
      } catch (DeviceException | ModelException e) {
        notes.accept(e.getMessage() + " Another device is used instead.");
        reasons.add(gpu.info().id() + " failed");
      }
    }
    providers.forEach(provider -> withoutGpu(provider).ifPresent(reasons::add));
    DeviceChoice rest =
        lastResort()
            .orElseThrow(() -> new ModelException("There is no compute device: " + none() + "."));
    return use.apply(rest.because(reasons.isEmpty() ? "no GPU" : String.join("; ", reasons)));
  }

  private List<DeviceChoice> gpus() {
    return providers.stream()
        .filter(found -> found.plugin().mayHaveGpu())
        .flatMap(this::devices)
        .filter(DeviceSearch::isGpu)
        .toList();
  }

  /** Why a provider has no GPU to offer; nobody asks the last resort. */
  private Optional<String> withoutGpu(Found<ComputeDeviceProvider> provider) {
    if (provider.name().equals(LAST_RESORT)) {
      return Optional.empty();
    }
    String none = provider.name() + " has no GPU";
    if (!provider.plugin().mayHaveGpu()) {
      return Optional.of(none);
    }
    DeviceListing listing = listing(provider);
    if (listing.devices().stream().anyMatch(info -> info.kind() == Kind.GPU)) {
      return Optional.empty();
    }
    return Optional.of(listing.reason().isEmpty() ? none : listing.reason());
  }

  private String unknown(String name) {
    Optional<String> reason =
        providers.stream()
            .filter(found -> found.name().equals(provider(name)))
            .map(found -> listing(found).reason())
            .filter(text -> !text.isEmpty())
            .findFirst();
    if (reason.isPresent()) {
      return "The device \"%s\" cannot be used: %s.".formatted(name, reason.get());
    }
    String ids =
        devices().stream().map(device -> device.info().id()).collect(Collectors.joining(", "));
    return ids.isEmpty()
        ? "There is no device \"%s\", and no other: %s.".formatted(name, none())
        : "There is no device \"%s\"; there are: %s, %s.".formatted(name, AUTO, ids);
  }

  /** Why there is no device that may be taken without being named. */
  private String none() {
    return providers.isEmpty()
        ? "no device plugin is installed"
        : listings().entrySet().stream()
            .map(
                entry ->
                    entry.getKey().name()
                        + (entry.getValue().devices().isEmpty()
                            ? ": " + entry.getValue().reason()
                            : " is taken by name only"))
            .collect(Collectors.joining("; "));
  }

  private static boolean isGpu(DeviceChoice device) {
    return device.info().kind() == Kind.GPU;
  }

  private static boolean isOf(DeviceChoice device, String provider) {
    return device.provider().name().equals(provider);
  }
}
