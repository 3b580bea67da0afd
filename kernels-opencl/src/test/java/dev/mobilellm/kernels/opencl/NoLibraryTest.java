package dev.mobilellm.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.device.DeviceListing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine without an OpenCL library, as another process: a library stays loaded. */
class NoLibraryTest {

  /** What the other process does. */
  static final class Listing {

    private Listing() {}

    public static void main(String[] arguments) {
      DeviceListing listing = new OpenClDeviceProvider().devices();
      System.out.println(listing.devices().size() + " devices, " + listing.reason());
    }
  }

  @TempDir Path directory;

  @Test
  void reasonIsGivenAndNothingElseIsSaid() throws IOException, InterruptedException {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    String module = OpenClDeviceProvider.class.getModule().getName();
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=org.lwjgl",
                    "-Dorg.lwjgl.opencl.libname=libNoSuchOpenCL.so",
                    "--patch-module",
                    module + "=" + Path.of("target", "test-classes"),
                    "-p",
                    ThirdPartyModule.modulePath(),
                    "-m",
                    module + "/" + Listing.class.getName()))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int code = process.waitFor();
    assertEquals("", Files.readString(err));
    assertEquals(0, code);
    String said = Files.readString(out);
    assertTrue(said.startsWith("0 devices, there is no OpenCL library here ("), said);
    assertTrue(said.contains("libNoSuchOpenCL.so"), said);
  }
}
