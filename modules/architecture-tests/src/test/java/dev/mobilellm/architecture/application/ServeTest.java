package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
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
  @DisabledOnOs(OS.WINDOWS)
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
  @DisabledOnOs(OS.WINDOWS)
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
