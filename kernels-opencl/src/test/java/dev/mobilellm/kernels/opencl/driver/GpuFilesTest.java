package dev.mobilellm.kernels.opencl.driver;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpuFilesTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"dri", "kfd", "nvidia0", "nvidiactl", "nvmap", "dxg", "mali0", "kgsl-3d0"})
  void aGpuHasAFile(String name) throws IOException {
    Files.createFile(folder.resolve("null"));
    assertFalse(new GpuFiles(folder).mayBeThere());
    Files.createFile(folder.resolve(name));
    assertTrue(new GpuFiles(folder).mayBeThere());
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "vga_arbiter", "sda", "video0", "kvm", "driver"})
  void othersAreNoGpu(String name) throws IOException {
    Files.createFile(folder.resolve(name));
    assertFalse(new GpuFiles(folder).mayBeThere());
  }

  @Test
  void whereNothingIsKnownThereMayBeOne() {
    assertTrue(new GpuFiles(folder.resolve("missing")).mayBeThere());
  }
}
