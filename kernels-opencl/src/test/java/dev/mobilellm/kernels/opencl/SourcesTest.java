package dev.mobilellm.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.Source;
import dev.mobilellm.kernels.opencl.selftest.SelfTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Every composed source is OpenCL C 1.2 without a warning, by a compiler that knows no extension.
 */
class SourcesTest {

  private static final List<String> CLANG =
      List.of(
          "clang",
          "-x",
          "cl",
          "-cl-std=CL1.2",
          "-Xclang",
          "-finclude-default-header",
          "-Xclang",
          "-cl-ext=-all,+cl_khr_fp16",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-fsyntax-only",
          "-");

  @Test
  void clangHasNoComplaint() throws IOException, InterruptedException {
    Assumptions.assumeTrue(hasClang(), "needs clang");
    Context context = Devices.context(Devices.first(), limits -> limits);
    try (OpenClDevice device =
        new OpenClDevice(Devices.first(), context, Devices.options(SelfTest.BATCH_TOKENS))) {
      assertTrue(new SelfTest(device).run("").usable());
      device.measure(List.of());
      Set<Source> sources = context.sources();
      assertTrue(sources.size() > 50, () -> "only " + sources.size() + " sources");
      for (Source source : sources) {
        assertEquals("", complaints(source), source::text);
      }
    }
  }

  private static boolean hasClang() throws InterruptedException {
    try {
      return new ProcessBuilder("clang", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String complaints(Source source) throws IOException, InterruptedException {
    Process clang = new ProcessBuilder(CLANG).redirectErrorStream(true).start();
    try (var in = clang.getOutputStream()) {
      in.write(source.text().getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(clang.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = clang.waitFor();
    return code == 0 ? said : "exit code " + code + ": " + said;
  }
}
