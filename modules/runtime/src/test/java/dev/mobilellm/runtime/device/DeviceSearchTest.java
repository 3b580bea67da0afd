package dev.mobilellm.runtime.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceInfo.Kind;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.device.DeviceOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeviceSearchTest {

  private final List<String> notes = new ArrayList<>();
  private final FakeProvider java = FakeProvider.java();

  @Test
  void aGpuComesFirst() {
    FakeProvider gpus = FakeProvider.of("gpu", Kind.GPU, "gpu:0", "gpu:1");
    assertEquals("gpu:0 (a GPU)", chosen("auto", java, gpus));
    assertEquals(List.of("devices", "check gpu:0"), gpus.events);
    assertEquals(List.of(), notes);
  }

  @Test
  void withoutGpuThereIsAReason() {
    FakeProvider none =
        new FakeProvider("opencl", DeviceListing.none("no OpenCL library was found"));
    assertEquals(
        "java (no OpenCL library was found; reference has no GPU)", chosen("auto", java, none));
    assertEquals(List.of(), notes, "nothing that anybody would have expected is missing");
  }

  @Test
  void aCpuOfAnotherProviderIsTakenByNameOnly() {
    FakeProvider pocl = FakeProvider.of("opencl", Kind.CPU, "opencl:0");
    assertEquals("java (opencl has no GPU; reference has no GPU)", chosen("auto", java, pocl));
    assertEquals("opencl:0 (named)", chosen("opencl:0", java, pocl));
    assertEquals("opencl:0 (named)", chosen("opencl", java, pocl));
    assertEquals("java (named)", chosen("java", java, pocl));
  }

  @Test
  void whoNamesADeviceDoesNotWaitForOtherDrivers() {
    FakeProvider gpus = FakeProvider.of("gpu", Kind.GPU, "gpu:0");
    assertEquals("java (named)", chosen("java", java, gpus));
    assertEquals(List.of(), gpus.events);
    assertEquals("gpu:0 (named)", chosen("gpu:0", java, gpus));
    assertEquals(List.of("devices", "check gpu:0"), gpus.events);
  }

  @Test
  void nobodyWaitsForDriversWhereThereCanBeNoGpu() {
    FakeProvider pocl = FakeProvider.of("opencl", Kind.CPU, "opencl:0").withoutGpu();
    assertEquals("java (opencl has no GPU; reference has no GPU)", chosen("auto", java, pocl));
    assertEquals(List.of(), pocl.events);
    assertEquals("opencl:0 (named)", chosen("opencl", java, pocl));
    assertEquals(List.of("devices", "check opencl:0"), pocl.events);
  }

  @Test
  void aProvidersNameMeansItsFirstGpu() {
    FakeProvider cpu = FakeProvider.of("opencl", Kind.CPU, "opencl:0");
    FakeProvider gpu = FakeProvider.of("opencl", Kind.GPU, "opencl:1", "opencl:2");
    List<DeviceInfo> both = new ArrayList<>(cpu.devices().devices());
    both.addAll(gpu.devices().devices());
    assertEquals(
        "opencl:1 (named)",
        chosen("opencl", java, new FakeProvider("opencl", new DeviceListing(both, ""))));
  }

  @Test
  void aWrongGpuIsPassedOverWithANote() {
    FakeProvider wrong =
        FakeProvider.of("gpu", Kind.GPU, "gpu:0")
            .checked(DeviceCheck.failed("the kernel norm_linear is off by 0.3 with driver 1.2"));
    FakeProvider right = FakeProvider.of("next", Kind.GPU, "next:0");
    assertEquals("next:0 (a GPU)", chosen("auto", java, wrong, right));
    assertEquals(
        List.of(
            "The device \"gpu:0\" is not used: the kernel norm_linear is off by 0.3 with driver"
                + " 1.2."),
        notes);
    assertEquals(
        "java (gpu:0 did not pass its check; reference has no GPU)",
        chosen("auto", FakeProvider.java(), wrong));
  }

  @Test
  void aWrongDeviceIsAnErrorIfItWasNamed() {
    FakeProvider wrong =
        FakeProvider.of("gpu", Kind.GPU, "gpu:0").checked(DeviceCheck.failed("a kernel is wrong"));
    assertEquals(
        "The device \"gpu:0\" cannot be used: a kernel is wrong.",
        assertThrows(DeviceException.class, () -> chosen("gpu:0", java, wrong)).getMessage());
  }

  @Test
  void aGpuThatFailsIsPassedOverUnlessItWasNamed() {
    FakeProvider gpu = FakeProvider.of("gpu", Kind.GPU, "gpu:0", "gpu:1");
    List<String> tried = new ArrayList<>();
    String used =
        search(java, gpu)
            .first(
                Optional.empty(),
                device -> {
                  tried.add(device.info().id());
                  if (tried.size() < 3) {
                    throw new DeviceException("There are 2 GB missing.");
                  }
                  return device.info().id();
                });
    assertEquals("java", used);
    assertEquals(List.of("gpu:0", "gpu:1", "java"), tried);
    String note = "There are 2 GB missing. Another device is used instead.";
    assertEquals(List.of(note, note), notes);
    assertThrows(
        DeviceException.class,
        () ->
            search(java, gpu)
                .first(
                    Optional.of("gpu:1"),
                    device -> {
                      throw new DeviceException("There are 2 GB missing.");
                    }));
  }

  @Test
  void unknownNamesListTheKnownOnes() {
    FakeProvider gpu = FakeProvider.gpu();
    assertEquals(
        "There is no device \"abacus\"; there are: auto, gpu:0, java, reference.",
        assertThrows(UsageException.class, () -> chosen("abacus", java, gpu)).getMessage());
    assertEquals(
        "There is no device \"gpu:1\"; there are: auto, gpu:0, java, reference.",
        assertThrows(UsageException.class, () -> chosen("gpu:1", java, gpu)).getMessage());
  }

  @Test
  void aProviderWithoutDevicesSaysWhy() {
    FakeProvider none =
        new FakeProvider("opencl", DeviceListing.none("no OpenCL library was found"));
    for (String name : List.of("opencl", "opencl:0")) {
      assertEquals(
          "The device \"%s\" cannot be used: no OpenCL library was found.".formatted(name),
          assertThrows(UsageException.class, () -> chosen(name, java, none)).getMessage());
    }
  }

  @Test
  void withoutAnyDeviceEveryReasonIsGiven() {
    FakeProvider old = new FakeProvider("java", DeviceListing.none("the Vector API is missing"));
    assertEquals(
        "There is no compute device: java: the Vector API is missing; reference is taken by name"
            + " only.",
        assertThrows(ModelException.class, () -> chosen("auto", old)).getMessage());
  }

  @Test
  void eachDeviceIsCheckedOnce() {
    FakeProvider gpu = FakeProvider.gpu();
    DeviceSearch search = search(java, gpu);
    search.first(Optional.empty(), device -> device);
    search.first(Optional.of("gpu"), device -> device);
    assertEquals(List.of("devices", "check gpu:0"), gpu.events);
  }

  private String chosen(String name, FakeProvider... providers) {
    DeviceChoice choice = search(providers).first(Optional.of(name), device -> device);
    return "%s (%s)".formatted(choice.info().id(), choice.reason());
  }

  private DeviceSearch search(FakeProvider... providers) {
    PluginRegistry registry = PluginRegistry.builtIn();
    for (FakeProvider provider : providers) {
      registry = registry.with(Service.DEVICE, provider);
    }
    return new DeviceSearch(registry, DeviceOptions.DEFAULT, notes::add);
  }
}
