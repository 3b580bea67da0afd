package dev.mobilellm.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check of a device before it is used. */
class SelfTestTest {

  private final OpenClDeviceProvider provider = new OpenClDeviceProvider();
  private DeviceInfo device;

  @TempDir Path directory;

  @BeforeEach
  void requireDevice() {
    device = Devices.first();
  }

  @Test
  void rightKernelsPass() {
    DeviceCheck check = provider.check(device, options(Map.of()));
    assertTrue(check.usable(), check::explanation);
    assertTrue(check.explanation().matches("\\d+ kernels compute what they should"));
  }

  /** As a driver that miscompiles one kernel would. */
  @Test
  void wrongKernelIsNamedWithErrorAndDriver() {
    ModuleLayer wrong = wrong("com.example.wrong");
    DeviceCheck check = provider.check(device, options(Map.of(), wrong));
    assertFalse(check.usable());
    for (String part :
        List.of(
            "\"add\"",
            "off by",
            "driver " + device.facts().get("driver"),
            "; with kernels from " + directory.resolve("com.example.wrong"))) {
      assertTrue(check.explanation().contains(part), check::explanation);
    }
  }

  @Test
  void whatCannotBeBuiltIsNotUsable() {
    ModuleLayer broken =
        ThirdPartyModule.load(directory, "com.example.broken", 5, "Multiply", "nothing", 32);
    DeviceCheck check = provider.check(device, options(Map.of(), broken));
    assertFalse(check.usable());
    assertTrue(
        check.explanation().startsWith("it cannot build the kernel combine: "), check::explanation);
    String end =
        ", driver %s; with kernels from %s"
            .formatted(device.facts().get("driver"), directory.resolve("com.example.broken"));
    assertTrue(check.explanation().endsWith(end), check::explanation);
  }

  @Test
  void tieOfThirdPartiesIsToldAsAClause() {
    ModuleLayer one = wrong("com.example.one");
    ModuleLayer two = wrong("com.example.two");
    DeviceCheck check = provider.check(device, options(Map.of("kv-cache", "q8"), one, two));
    assertFalse(check.usable());
    assertTrue(
        check.explanation().startsWith("the kernels \"com.example.one\" and \"com.example.two\""),
        check::explanation);
  }

  @Test
  void resultIsRememberedUntilForcedAgain() throws IOException {
    Map<String, String> properties = Map.of(DeviceOptions.CACHE_DIR, folder().toString());
    ModuleLayer wrong = wrong("com.example.remembered");
    DeviceCheck found = provider.check(device, options(properties, wrong));
    assertFalse(found.usable());
    Path file = onlyFile();
    Files.writeString(file, Files.readString(file).replace("off by", "wrong by"));
    DeviceCheck remembered = provider.check(device, options(properties, wrong));
    assertTrue(remembered.explanation().contains("wrong by"), remembered::explanation);
    Map<String, String> forced = new HashMap<>(properties);
    forced.put(DeviceOptions.SELF_TEST, "force");
    assertEquals(found, provider.check(device, options(forced, wrong)));
    assertEquals(found, provider.check(device, options(properties, wrong)));
  }

  @Test
  void whatIsRememberedIsOfTheseKernelsOnly() throws IOException {
    Map<String, String> properties = Map.of(DeviceOptions.CACHE_DIR, folder().toString());
    ModuleLayer wrong = wrong("com.example.first");
    DeviceCheck found = provider.check(device, options(properties, wrong));
    Path file = onlyFile();
    Files.writeString(file, Files.readString(file).replace("off by", "wrong by"));
    DeviceCheck other = provider.check(device, options(properties, wrong("com.example.second")));
    assertNotEquals(found, DeviceCheck.UNCHECKED);
    assertFalse(other.explanation().contains("wrong by"), other::explanation);
  }

  @Test
  void damagedMemoryIsTestedAgain() throws IOException {
    Map<String, String> properties = Map.of(DeviceOptions.CACHE_DIR, folder().toString());
    ModuleLayer wrong = wrong("com.example.damaged");
    DeviceCheck found = provider.check(device, options(properties, wrong));
    Files.writeString(onlyFile(), "usable=perhaps\n\\u00");
    assertEquals(found, provider.check(device, options(properties, wrong)));
  }

  @Test
  void folderThatCannotBeMadeIsNoProblem() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Map<String, String> properties = Map.of(DeviceOptions.CACHE_DIR, file.toString());
    assertFalse(provider.check(device, options(properties, wrong("com.example.nowhere"))).usable());
  }

  private Path folder() {
    return directory.resolve("cache");
  }

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.walk(folder())) {
      return files.filter(Files::isRegularFile).reduce((a, b) -> null).orElseThrow();
    }
  }

  /** Its first case of an addition fails, so that these tests are short. */
  private ModuleLayer wrong(String name) {
    return ThirdPartyModule.load(directory, name, 5, "Add", "a + b + 0.01f", 32);
  }

  private static DeviceOptions options(Map<String, String> properties, ModuleLayer... layers) {
    return new DeviceOptions(0, 512, properties, List.of(layers));
  }
}
