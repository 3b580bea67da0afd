package dev.mobilellm.launcher.devices;

import dev.mobilellm.runtime.device.DeviceChoice;
import dev.mobilellm.runtime.device.DeviceSearch;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What there is to say of the devices that are here.
 *
 * @param devices in the order of the providers' priority
 * @param missing the providers without devices
 */
record DeviceReport(List<Entry> devices, List<Missing> missing) {

  /**
   * @param device which
   * @param check whether it computes what it should, or why it cannot be opened
   * @param speed what it can do at best; empty if it cannot tell
   * @param automatic why it is taken without being named; empty if it is not
   */
  record Entry(
      DeviceChoice device,
      DeviceCheck check,
      Optional<DeviceLimits> speed,
      Optional<String> automatic) {}

  /**
   * @param provider its name
   * @param reason a clause
   */
  record Missing(String provider, String reason) {}

  /** More than caches hold. */
  private static final long MEASURED_BYTES = 256L << 20;

  /**
   * Checks and measures all devices.
   *
   * @param options with which they are checked and opened
   * @param progress told how many are done
   */
  static DeviceReport of(DeviceSearch search, DeviceOptions options, LoadProgress progress) {
    Optional<DeviceChoice> automatic = automatic(search);
    List<DeviceChoice> devices = search.devices();
    List<Entry> entries = new ArrayList<>();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(MEASURED_BYTES);
      for (DeviceChoice device : devices) {
        progress.report("Looking at " + device.info().id(), entries.size(), devices.size());
        Optional<String> reason =
            automatic
                .filter(choice -> choice.info().equals(device.info()))
                .map(DeviceChoice::reason);
        entries.add(entry(device, search.check(device), reason, options, memory));
      }
    }
    return new DeviceReport(
        entries,
        search.listings().entrySet().stream()
            .filter(listing -> !listing.getValue().reason().isEmpty())
            .map(listing -> new Missing(listing.getKey().name(), listing.getValue().reason()))
            .toList());
  }

  private static Optional<DeviceChoice> automatic(DeviceSearch search) {
    try {
      return Optional.of(search.first(Optional.empty(), device -> device));
    } catch (ModelException e) {
      // Each provider's reason is in the report.
      return Optional.empty();
    }
  }

  private static Entry entry(
      DeviceChoice device,
      DeviceCheck check,
      Optional<String> automatic,
      DeviceOptions options,
      MemorySegment memory) {
    if (!check.usable()) {
      return new Entry(device, check, Optional.empty(), automatic);
    }
    try (ComputeDevice open = device.open(options)) {
      return new Entry(device, check, open.measure(List.of(memory)), automatic);
    } catch (DeviceException | ModelException e) {
      String problem = e.getMessage().replaceFirst("\\.$", "");
      return new Entry(device, DeviceCheck.failed(problem), Optional.empty(), automatic);
    }
  }
}
