package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How the server of the image begins and ends. */
final class ServeTest {

  /** Goes on until it has its tokens: the end of a sequence is forbidden. */
  private static final String LONG =
      "{\"prompt\":\"1+1\",\"temperature\":0,\"max_tokens\":480,\"n\":8,\"stream\":true,"
          + "\"logit_bias\":{\"762\":-100,\"765\":-100,\"766\":-100}}";

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process there is ended, not asked to end")
  void sigtermLetsRunningAnswersEndAndTakesNoNewOnes() throws Exception {
    try (RunningServer server = RunningServer.start("--drain-timeout", "110");
        BufferedReader stream = stream(server)) {
      assertTrue(stream.readLine().startsWith("data: {"));
      server.terminate();
      // Until the signal has arrived, requests are still taken.
      int status = 200;
      while (status == 200) {
        status = ask(server);
      }
      assertTrue(status == 503 || status == -1, "status of a new request: " + status);
      List<String> rest = stream.lines().filter(line -> !line.isEmpty()).toList();
      assertEquals("data: [DONE]", rest.getLast());
      assertEquals(0, server.exitCode());
      assertEquals(
          List.of("mobilellm: Finishing the running answers; no new ones are taken."),
          server.said());
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process there is ended, not asked to end")
  void whatTakesTooLongIsCutOff() throws Exception {
    try (RunningServer server = RunningServer.start("--drain-timeout", "0", "--threads", "1");
        BufferedReader stream = stream(server)) {
      assertTrue(stream.readLine().startsWith("data: {"));
      server.terminate();
      List<String> rest = read(stream);
      assertEquals(0, server.exitCode());
      List<String> said = server.said();
      assertEquals(2, said.size(), said::toString);
      assertTrue(said.getLast().contains("--drain-timeout"), said::toString);
      assertFalse(rest.contains("data: [DONE]"), "the answer was complete before");
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process there is ended, not asked to end")
  void aSecondSignalDoesNotWait() throws Exception {
    try (RunningServer server = RunningServer.start("--drain-timeout", "3600", "--threads", "1");
        BufferedReader stream = stream(server)) {
      assertTrue(stream.readLine().startsWith("data: {"));
      server.terminate();
      assertEquals(
          "mobilellm: Finishing the running answers; no new ones are taken.", server.hear());
      // Before the server waits, one more signal means the same as the first.
      while (server.isAlive()) {
        server.terminate();
        Thread.sleep(20);
      }
      List<String> rest = read(stream);
      assertEquals(0, server.exitCode());
      assertTrue(server.said().getLast().contains("second signal"));
      assertFalse(rest.contains("data: [DONE]"), "the answer was complete before");
    }
  }

  @Test
  void whatFlagsSayHolds() throws Exception {
    try (RunningServer server =
        RunningServer.start(
            "--max-body-kib=1",
            "--max-header-kib=1",
            "--max-messages=1",
            "--max-choices=2",
            "--max-prompt-tokens=30",
            "--max-tokens=20",
            "--default-max-tokens=3",
            "--read-timeout=1",
            "--parallel=1",
            "--queue=0",
            "--kv-memory=4",
            "--no-prefix-cache",
            "--cors-origin=https://a.example")) {
      assertEquals(413, status(server, " ".repeat(1025)));
      assertEquals(431, status(server, "{}", "X-Long", "x".repeat(1500)));
      assertRefused(server, "n", "{\"prompt\":\"1\",\"n\":3}");
      assertRefused(server, "prompt", "{\"prompt\":\"%s\"}".formatted("1 ".repeat(40)));
      assertRefused(server, "max_tokens", "{\"prompt\":\"1\",\"max_tokens\":21}");
      String message = "{\"role\":\"user\",\"content\":\"1\"}";
      String reply =
          server
              .client()
              .send(
                  server.post(
                      "/v1/chat/completions", "{\"messages\":[%s,%s]}".formatted(message, message)),
                  BodyHandlers.ofString())
              .body();
      assertTrue(reply.contains("\"param\":\"messages\""), reply);
      reply = body(server, "{\"prompt\":\"1+1\",\"temperature\":0}");
      assertTrue(reply.contains("\"completion_tokens\":3,"), reply);
      reply = body(server, "{\"prompt\":\"1+1\",\"temperature\":0}");
      assertTrue(reply.contains("\"cached_tokens\":0}"), reply);
      assertEquals(429, status(server, "{\"prompt\":\"1\",\"n\":2}"));
      assertEquals(400, status(server, "{}", "Origin", "https://a.example"));
      assertEquals(403, status(server, "{}", "Origin", "https://b.example"));
      String metrics = server.client().send(server.get("/metrics"), BodyHandlers.ofString()).body();
      assertTrue(metrics.contains("mobilellm_kv_cache_limit_bytes 4194304\n"), metrics);
      try (Socket slow = new Socket("127.0.0.1", URI.create(server.url()).getPort())) {
        slow.getOutputStream().write("POST /v1".getBytes(StandardCharsets.US_ASCII));
        String late = new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(late.startsWith("HTTP/1.1 408"), late);
      }
    }
  }

  private static void assertRefused(RunningServer server, String parameter, String body)
      throws Exception {
    String reply = body(server, body);
    assertTrue(reply.contains("\"param\":\"%s\"".formatted(parameter)), reply);
  }

  private static String body(RunningServer server, String body) throws Exception {
    return server
        .client()
        .send(server.post("/v1/completions", body), BodyHandlers.ofString())
        .body();
  }

  private static int status(RunningServer server, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + "/v1/completions"))
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return server.client().send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  /** Of a short request; -1: nobody listens any more. */
  private static int ask(RunningServer server) throws InterruptedException {
    try {
      return server
          .client()
          .send(
              server.post("/v1/completions", "{\"prompt\":\"1\",\"max_tokens\":1}"),
              BodyHandlers.discarding())
          .statusCode();
    } catch (IOException _) {
      return -1;
    }
  }

  private static BufferedReader stream(RunningServer server)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> reply =
        server.client().send(server.post("/v1/completions", LONG), BodyHandlers.ofInputStream());
    assertEquals(200, reply.statusCode());
    return new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8));
  }

  /** The lines that come until the end, which may be an abrupt one. */
  private static List<String> read(BufferedReader stream) {
    List<String> lines = new ArrayList<>();
    try {
      for (String line = stream.readLine(); line != null; line = stream.readLine()) {
        lines.add(line);
      }
    } catch (IOException _) {
      // Cut off in the middle of a line.
    }
    return lines;
  }
}
