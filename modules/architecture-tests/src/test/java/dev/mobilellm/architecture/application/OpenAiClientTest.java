package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official client of JavaScript, as it is published, against the server of the image; needs
 * node, npm and its registry.
 */
final class OpenAiClientTest {

  private static final Path SOURCES = Path.of("src", "test", "openai");

  private record Run(int code, String output) {}

  @TempDir private Path folder;

  @Test
  void itChatsStreamsStopsTellsLikelihoodsAndErrorsAndAborts() throws Exception {
    for (String file : List.of("package.json", "client.mjs")) {
      Files.copy(SOURCES.resolve(file), folder.resolve(file));
    }
    assumeTrue(run("node", "--version").code == 0, "node is not installed");
    Run install = run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts");
    assumeTrue(install.code == 0, () -> "the client cannot be installed: " + install.output);
    try (RunningServer server = RunningServer.start()) {
      Run run = run("node", "client.mjs", server.url());
      assertEquals(0, run.code, run.output);
    }
  }

  private Run run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Run(process.waitFor(), output);
    } catch (IOException e) {
      return new Run(-1, e.toString());
    }
  }
}
