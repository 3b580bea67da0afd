package dev.mobilellm.launcher.devices;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.DeviceFlags;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.JsonOutput;
import dev.mobilellm.launcher.LoadingLine;
import dev.mobilellm.launcher.PluginOptions;
import dev.mobilellm.launcher.report.JsonTree;
import dev.mobilellm.runtime.device.DeviceSearch;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.device.DeviceOptions;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the compute devices. */
@Command(
    name = "devices",
    description = {
      "Lists the compute devices: what they are, whether they compute what they should, how fast"
          + " they are, and which one is taken without --device."
    },
    footer = {"", "Examples:", "  mobilellm devices", "  mobilellm devices --self-test --json"})
public final class DevicesCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--self-test",
      description = "Check all devices again, whatever is remembered of them.")
  private boolean selfTest;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean asJson;

  @Mixin private DeviceFlags flags = new DeviceFlags();
  @Mixin private PluginOptions plugins = new PluginOptions();

  /** A command on these streams. */
  public DevicesCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    print(plugins.registry(console));
    return ExitCode.OK;
  }

  void print(PluginRegistry registry) {
    DeviceReport report = report(registry);
    if (asJson) {
      JsonOutput.write(console, json -> JsonTree.write(json, DevicesJson.tree(report)));
    } else {
      DevicesText.lines(report).forEach(console.out()::println);
    }
  }

  private DeviceReport report(PluginRegistry registry) {
    Map<String, String> properties = flags.properties();
    if (selfTest) {
      properties.put(DeviceOptions.SELF_TEST, "force");
    }
    DeviceOptions options =
        new DeviceOptions(
            flags.threads(), DeviceOptions.DEFAULT.maxBatchTokens(), properties, registry.layers());
    try (LoadingLine progress = new LoadingLine(console)) {
      return DeviceReport.of(new DeviceSearch(registry, options, note -> {}), options, progress);
    }
  }
}
