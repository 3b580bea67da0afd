package dev.mobilellm.launcher.devices;

import dev.mobilellm.launcher.devices.DeviceReport.Entry;
import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.launcher.report.Table;
import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceLimits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Devices as people read about them. */
final class DevicesText {

  private static final String INDENT = "  ";

  private DevicesText() {}

  static List<String> lines(DeviceReport report) {
    List<String> lines = new ArrayList<>();
    for (Entry entry : report.devices()) {
      DeviceInfo info = entry.device().info();
      lines.add("%s: %s".formatted(info.id(), info.description()));
      lines.addAll(facts(entry).lines(INDENT));
      lines.add("");
    }
    for (DeviceReport.Missing missing : report.missing()) {
      lines.add("%s: %s".formatted(missing.provider(), missing.reason()));
      lines.add("");
    }
    if (lines.isEmpty()) {
      return List.of("There are no devices: no device plugin is installed.");
    }
    lines.removeLast();
    return lines;
  }

  private static Table facts(Entry entry) {
    DeviceInfo info = entry.device().info();
    Table table = new Table();
    table.row("kind", info.kind() == DeviceInfo.Kind.OTHER ? "other" : info.kind());
    Map<String, String> facts = new LinkedHashMap<>();
    if (info.memory() > 0) {
      facts.put("memory", Quantity.bytes(info.memory()));
    }
    // Some devices have their memory among the facts, too.
    info.facts().forEach(facts::putIfAbsent);
    facts.forEach(table::row);
    table.row("usable", usable(entry.check()));
    table.row("speed", entry.speed().map(DevicesText::speed).orElse("not measured"));
    table.row(
        "taken", entry.automatic().map(reason -> "by itself: " + reason).orElse("by name only"));
    return table;
  }

  private static String usable(DeviceCheck check) {
    String answer = check.usable() ? "yes" : "no";
    return check.explanation().isEmpty() ? answer : answer + ": " + check.explanation();
  }

  private static String speed(DeviceLimits limits) {
    return "reads %s GB/s, float multiply-adds %s GFLOP/s"
        .formatted(
            Quantity.decimal(limits.readBytesPerSecond() / 1e9, 1),
            Quantity.decimal(limits.flopsPerSecond() / 1e9, 0));
  }
}
