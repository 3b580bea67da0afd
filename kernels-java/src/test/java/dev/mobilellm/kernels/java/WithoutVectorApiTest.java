package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In a JVM that was started without the Vector API. */
class WithoutVectorApiTest {

  @Test
  void thereIsNoDeviceAndAReason() throws IOException, InterruptedException, URISyntaxException {
    Path tests = Path.of(getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
    String module = getClass().getModule().getName();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                ThirdPartyModule.modulePath(),
                "--patch-module",
                module + "=" + tests.resolveSibling("test-classes"),
                "-m",
                module + "/" + WithoutVectorApi.class.getName())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    String reason = "the Vector API is missing; start Java with --add-modules jdk.incubator.vector";
    assertEquals(
        List.of("0 devices: " + reason, "The device \"java\" cannot be used: " + reason + "."),
        said.lines().toList());
    assertEquals(0, process.waitFor());
  }
}
