package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code mobilellm serve} of the image, as a process of its own, with the demo model. */
final class RunningServer implements AutoCloseable {

  private static final Pattern ADDRESS = Pattern.compile("Serving .* on (http\\S*)/v1");
  private static final long SECONDS = 120;

  private final Process process;
  private final BufferedReader messages;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String url;

  private RunningServer(Process process) throws IOException {
    this.process = process;
    messages =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    String line = messages.readLine();
    Matcher address = ADDRESS.matcher(String.valueOf(line));
    assertTrue(address.find(), () -> "the server's first line: " + line);
    url = address.group(1);
    assertEquals("mobilellm: Chat page: " + url + "/", messages.readLine());
  }

  /** Starts one on a free port, and waits until it serves. */
  static RunningServer start(String... flags) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Application.command().toString(),
                "serve",
                "--model-path",
                Application.DEMO_MODEL.toString(),
                "--model-name",
                "demo",
                "--device",
                "java",
                "--port",
                "0"));
    command.addAll(List.of(flags));
    ProcessBuilder builder = new ProcessBuilder(command);
    Application.prepare(builder.environment());
    return new RunningServer(builder.start());
  }

  /** Without a path. */
  String url() {
    return url;
  }

  HttpClient client() {
    return client;
  }

  HttpRequest get(String path) {
    return HttpRequest.newBuilder(URI.create(url + path)).build();
  }

  HttpRequest post(String path, String body) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  /** SIGTERM. */
  void terminate() {
    // Process.destroy would also close its streams, and with them its last words.
    process.toHandle().destroy();
  }

  /** Waits for the end of the process. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      fail("the server still runs after %d seconds".formatted(SECONDS));
    }
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The next line that it says. */
  String hear() throws IOException {
    return messages.readLine();
  }

  /** What it said after it told its addresses; when it has ended. */
  List<String> said() {
    return messages.lines().toList();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
