package dev.mobilellm.launcher.devices;

import dev.mobilellm.launcher.devices.DeviceReport.Entry;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceLimits;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Devices for programs. */
final class DevicesJson {

  private DevicesJson() {}

  static Map<String, Object> tree(DeviceReport report) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("devices", report.devices().stream().map(DevicesJson::tree).toList());
    Map<String, Object> missing = new LinkedHashMap<>();
    report.missing().forEach(one -> missing.put(one.provider(), one.reason()));
    tree.put("missing", missing);
    return tree;
  }

  private static Map<String, Object> tree(Entry entry) {
    DeviceInfo info = entry.device().info();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("id", info.id());
    tree.put("provider", entry.device().provider().name());
    tree.put("description", info.description());
    tree.put("kind", info.kind().name().toLowerCase(Locale.ROOT));
    tree.put("memory", info.memory());
    tree.put("facts", info.facts());
    tree.put("usable", entry.check().usable());
    tree.put("check", entry.check().explanation());
    tree.put("speed", entry.speed().map(DevicesJson::tree));
    tree.put("automatic", entry.automatic().isPresent());
    tree.put("reason", entry.automatic());
    return tree;
  }

  private static Map<String, Object> tree(DeviceLimits limits) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("read_bytes_per_second", limits.readBytesPerSecond());
    tree.put("flops_per_second", limits.flopsPerSecond());
    return tree;
  }
}
