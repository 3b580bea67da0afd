package dev.mobilellm.server;

import static dev.mobilellm.server.DemoServer.ANSWER;
import static dev.mobilellm.server.DemoServer.CHAT;
import static dev.mobilellm.server.DemoServer.FAULTY_SEED;
import static dev.mobilellm.server.DemoServer.QUESTION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A logits processor that throws while others are answered. */
class FaultTest {

  private static final String COMPLETIONS = "/v1/completions";
  private static final String SEEDED =
      "{\"prompt\":\"12+\",\"temperature\":1.5,\"seed\":%d,\"max_tokens\":%d,\"stream\":%b}";

  private static DemoServer demo;

  @BeforeAll
  static void start() {
    demo =
        DemoServer.start(
            SchedulerOptions.DEFAULT.withPrefixCache(false),
            DemoServer.options(List.of(), List.of(), ServerOptions.Limits.DEFAULT));
  }

  @AfterAll
  static void stop() {
    demo.close();
  }

  @Test
  void itIsStatus500InTheShapeOfTheProtocol() throws Exception {
    HttpResponse<String> failed =
        demo.post(CHAT, "{" + QUESTION + ",\"seed\":" + FAULTY_SEED + "}");
    assertEquals(500, failed.statusCode());
    JsonNode error = DemoServer.json(failed.body()).at("/error");
    assertEquals("server_error", error.at("/type").textValue());
    assertEquals("internal_error", error.at("/code").textValue());
    assertTrue(error.at("/message").textValue().contains("a fault of its own"));
    assertFalse(failed.body().contains("\\tat "), failed.body());
    assertEquals(
        ANSWER, demo.json(CHAT, "{" + QUESTION + "}").at("/choices/0/message/content").textValue());
  }

  @Test
  void othersInTheSameBatchGoOnWithEqualTokens() throws Exception {
    String[] alone = new String[6];
    for (int i = 0; i < alone.length; i++) {
      alone[i] = text(demo.post(COMPLETIONS, SEEDED.formatted(i, 60, true)).body());
    }
    long failedBefore = demo.server().status().totals().failed();
    List<CompletableFuture<HttpResponse<String>>> good = new ArrayList<>();
    List<CompletableFuture<HttpResponse<String>>> bad = new ArrayList<>();
    for (int i = 0; i < alone.length; i++) {
      good.add(send(SEEDED.formatted(i, 60, true)));
      bad.add(send(SEEDED.formatted(FAULTY_SEED, 60, true)));
    }
    for (CompletableFuture<HttpResponse<String>> reply : bad) {
      String body = reply.join().body();
      assertTrue(body.contains("\"error\":{\"message\""), body);
      assertFalse(body.contains("[DONE]"), body);
    }
    for (int i = 0; i < alone.length; i++) {
      String body = good.get(i).join().body();
      assertTrue(body.endsWith("data: [DONE]\n\n"), body);
      assertEquals(alone[i], text(body), "seed " + i);
    }
    demo.awaitIdle();
    assertEquals(failedBefore + bad.size(), demo.server().status().totals().failed());
    assertEquals(0, demo.server().status().cacheBytes(), "memory of keys and values");
  }

  @Test
  void theOperatorIsToldInALine() throws Exception {
    try (LoggedLines log = LoggedLines.listen(Level.INFO)) {
      demo.post(CHAT, "{" + QUESTION + ",\"seed\":" + FAULTY_SEED + "}");
      String stream = demo.post(COMPLETIONS, SEEDED.formatted(FAULTY_SEED, 60, true)).body();
      demo.post(CHAT, "{" + QUESTION + ",\"top_p\":7}");
      demo.get("/nowhere");

      List<LogRecord> records = log.records();
      assertEquals(2, records.size(), records::toString);
      String failure = " failed: java.lang.IllegalStateException: a fault of its own, in two lines";
      String first = records.getFirst().getMessage();
      assertTrue(first.matches("POST /v1/chat/completions chatcmpl-\\w+" + failure), first);
      String id =
          DemoServer.json(stream.substring("data: ".length(), stream.indexOf("\n")))
              .at("/id")
              .textValue();
      assertEquals("POST /v1/completions " + id + failure, records.getLast().getMessage());
      for (LogRecord record : records) {
        assertEquals(Level.SEVERE, record.getLevel());
        assertNull(record.getThrown());
      }
    }
  }

  @Test
  void atTheLevelForDebuggingWithTheStackTrace() throws Exception {
    try (LoggedLines log = LoggedLines.listen(Level.FINE)) {
      demo.post(CHAT, "{" + QUESTION + ",\"seed\":" + FAULTY_SEED + "}");
      assertEquals(1, log.records().size());
      assertInstanceOf(IllegalStateException.class, log.records().getFirst().getThrown());
    }
  }

  @Test
  void aBodyThatBreaksOffIsTheClientsFault() throws Exception {
    try (LoggedLines log = LoggedLines.listen(Level.INFO);
        Socket socket = new Socket("127.0.0.1", demo.port())) {
      socket
          .getOutputStream()
          .write(
              "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
                  .getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      assertEquals("HTTP/1.1 400 Bad Request", Raw.head(socket));
      assertEquals(List.of(), log.records());
    }
  }

  private static CompletableFuture<HttpResponse<String>> send(String body) {
    return demo.client().sendAsync(demo.request(COMPLETIONS, body), BodyHandlers.ofString());
  }

  private static String text(String stream) throws Exception {
    StringBuilder text = new StringBuilder();
    for (String event : stream.split("\n\n")) {
      if (event.startsWith("data: {")) {
        JsonNode chunk = DemoServer.json(event.substring("data: ".length()));
        text.append(chunk.at("/choices/0/text").asText(""));
      }
    }
    return text.toString();
  }
}
