package dev.mobilellm.launcher.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.Run;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceInfo.Kind;
import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Program;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DevicesCommandTest {

  private static final String PHANTOM = "phantom: no phantom was found";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<DeviceOptions> asked = new ArrayList<>();

  /** Devices that can be looked at, and do nothing else. */
  private final class Provider implements ComputeDeviceProvider {

    private final String name;
    private final DeviceListing listing;

    Provider(String name, DeviceListing listing) {
      this.name = name;
      this.listing = listing;
    }

    @Override
    public String name() {
      return name;
    }

    /** Before all that are built in. */
    @Override
    public int priority() {
      return 1000;
    }

    @Override
    public DeviceListing devices() {
      return listing;
    }

    @Override
    public DeviceCheck check(DeviceInfo device, DeviceOptions options) {
      asked.add(options);
      return switch (device.id()) {
        case "gpu:0" -> DeviceCheck.passed("21 kernels are right");
        case "gpu:1" -> DeviceCheck.failed("the kernel norm_linear is off by 0.3 with driver 1.2");
        default -> DeviceCheck.UNCHECKED;
      };
    }

    @Override
    public ComputeDevice open(DeviceInfo device, DeviceOptions options) {
      if (device.id().equals("gpu:2")) {
        throw new DeviceException("The device \"gpu:2\" is used by somebody else.");
      }
      return new ComputeDevice() {
        @Override
        public DeviceInfo info() {
          return device;
        }

        @Override
        public CompiledProgram compile(Program program, LoadProgress progress) {
          throw new UnsupportedOperationException("a device to look at");
        }

        @Override
        public Optional<DeviceLimits> measure(List<MemorySegment> memory) {
          return device.kind() == Kind.GPU
              ? Optional.of(new DeviceLimits(400e9, 10.4e12))
              : Optional.empty();
        }

        @Override
        public void close() {}
      };
    }
  }

  @Test
  void everyDeviceHasItsFacts() {
    List<String> blocks = List.of(print(registry(true)).split("\n\n"));
    assertTrue(
        blocks.contains(
            """
            gpu:0: a fast one
              kind                GPU
              memory              34.4 GB
              driver              1.2 (of May)
              largest allocation  6.4 GB
              usable              yes: 21 kernels are right
              speed               reads 400.0 GB/s, float multiply-adds 10400 GFLOP/s
              taken               by itself: a GPU\
            """),
        blocks::toString);
    assertTrue(
        blocks.contains(
            """
            gpu:1: a wrong one
              kind    GPU
              usable  no: the kernel norm_linear is off by 0.3 with driver 1.2
              speed   not measured
              taken   by name only\
            """),
        blocks::toString);
    assertTrue(
        blocks.contains(
            """
            gpu:2: a busy one
              kind    GPU
              usable  no: The device "gpu:2" is used by somebody else
              speed   not measured
              taken   by name only\
            """),
        blocks::toString);
    assertTrue(blocks.stream().map(String::strip).anyMatch(PHANTOM::equals), blocks::toString);
  }

  @Test
  void theCpuSaysWhyItIsTaken() {
    String java =
        Stream.of(print(registry(false)).split("\n\n"))
            .filter(block -> block.startsWith("java: "))
            .findFirst()
            .orElseThrow();
    assertTrue(java.contains("\n  taken   by itself: "), java);
    assertTrue(java.contains("no phantom was found"), java);
    assertTrue(java.contains("\n  speed   reads "), java);
  }

  @Test
  void jsonHoldsTheSame() {
    String json = print(registry(true), "--json");
    assertTrue(
        json.contains(
            "{\"id\":\"gpu:0\",\"provider\":\"gpu\",\"description\":\"a fast"
                + " one\",\"kind\":\"gpu\",\"memory\":34359738368,\"facts\":{\"driver\":\"1.2 (of"
                + " May)\",\"memory\":\"32 GiB\",\"largest allocation\":\"6.4"
                + " GB\"},\"usable\":true,\"check\":\"21 kernels are right\","
                + "\"speed\":{\"read_bytes_per_second\":4.0E11,\"flops_per_second\":1.04E13},\"automatic\":true,\"reason\":\"a"
                + " GPU\"},"),
        json);
    assertTrue(json.contains("\"usable\":false,\"check\":\"the kernel norm_linear"), json);
    assertTrue(json.contains("\"phantom\":\"no phantom was found\""), json);
  }

  @Test
  void flagsReachTheProviders() {
    print(registry(true), "--self-test", "--opencl-profile", "apple", "--device-set", "a=b");
    Map<String, String> properties = asked.getFirst().properties();
    assertEquals("force", properties.get(DeviceOptions.SELF_TEST));
    assertEquals("apple", properties.get("opencl-profile"));
    assertEquals("b", properties.get("a"));
    print(registry(true));
    assertTrue(!asked.getLast().properties().containsKey(DeviceOptions.SELF_TEST));
    print(registry(true), "--device-set", "cache-dir=/elsewhere");
    assertEquals("/elsewhere", asked.getLast().properties().get(DeviceOptions.CACHE_DIR));
  }

  @Test
  void anUnknownProfileIsRefused() {
    UsageException e =
        assertThrows(
            UsageException.class, () -> print(registry(true), "--opencl-profile", "orange"));
    assertEquals(
        "There is no OpenCL profile \"orange\"; there are: none, apple, tiny.", e.getMessage());
  }

  private PluginRegistry registry(boolean withGpus) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("driver", "1.2 (of May)");
    facts.put("memory", "32 GiB");
    facts.put("largest allocation", "6.4 GB");
    DeviceListing gpus =
        DeviceListing.of(
            new DeviceInfo("gpu:0", "a fast one", Kind.GPU, 32L << 30, facts),
            new DeviceInfo("gpu:1", "a wrong one", Kind.GPU, 0),
            new DeviceInfo("gpu:2", "a busy one", Kind.GPU, 0));
    PluginRegistry registry =
        PluginRegistry.builtIn()
            .with(
                Service.DEVICE,
                new Provider("phantom", DeviceListing.none("no phantom was found")));
    return withGpus ? registry.with(Service.DEVICE, new Provider("gpu", gpus)) : registry;
  }

  private String print(PluginRegistry registry, String... arguments) {
    out.reset();
    DevicesCommand command =
        new DevicesCommand(
            Console.of(InputStream.nullInputStream(), Run.print(out), Run.print(out)));
    new CommandLine(command).parseArgs(arguments);
    command.print(registry);
    return out.toString(StandardCharsets.UTF_8);
  }
}
