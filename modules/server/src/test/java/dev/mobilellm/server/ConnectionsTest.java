package dev.mobilellm.server;

import static dev.mobilellm.server.DemoServer.CHAT;
import static dev.mobilellm.server.DemoServer.LONG;
import static dev.mobilellm.server.DemoServer.QUESTION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that come and go. */
class ConnectionsTest extends ServerSetup {

  @Test
  void whoLeavesAStreamFreesItsPlace() throws Exception {
    long before = demo.server().status().totals().cancelled();
    HttpResponse<InputStream> reply =
        demo.client()
            .send(
                demo.request("/v1/completions", "{" + LONG + ",\"stream\":true}"),
                BodyHandlers.ofInputStream());
    reply.body().read();
    reply.body().close();
    demo.awaitIdle();
    assertEquals(before + 1, demo.server().status().totals().cancelled());
  }

  @Test
  void whoLeavesWithoutAStreamFreesItsPlaceToo() throws Exception {
    long before = demo.server().status().totals().cancelled();
    long accepted = demo.server().status().totals().accepted();
    try (Socket socket = new Socket("127.0.0.1", demo.port())) {
      Raw.send(socket, "{" + LONG + "}");
      while (demo.server().status().totals().accepted() == accepted) {
        Thread.sleep(1);
      }
    }
    demo.awaitIdle();
    assertEquals(before + 1, demo.server().status().totals().cancelled());
  }

  @Test
  void connectionsServeManyRequests() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", demo.port())) {
      for (int i = 0; i < 3; i++) {
        Raw.send(socket, "{\"prompt\":\"1+1\",\"max_tokens\":2}");
        assertTrue(Raw.head(socket).startsWith("HTTP/1.1 200"));
      }
    }
  }

  @Test
  void whoWantsTheConnectionClosedFindsItClosed() throws Exception {
    for (String end : List.of("", ",\"stream\":true", ",\"top_p\":7")) {
      try (Socket socket = new Socket("127.0.0.1", demo.port())) {
        Raw.send(
            socket, "{\"prompt\":\"1+1\",\"max_tokens\":2" + end + "}", "Connection: close\r\n");
        String all = new String(socket.getInputStream().readAllBytes(), UTF_8);
        assertTrue(all.startsWith("HTTP/1.1 " + (end.contains("top_p") ? 400 : 200)), all);
      }
    }
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() throws Exception {
    String body = " ".repeat(ServerOptions.Limits.DEFAULT.bodyBytes() + 70_000);
    try (Socket socket = new Socket("127.0.0.1", demo.port())) {
      Raw.send(socket, body);
      assertTrue(Raw.head(socket).startsWith("HTTP/1.1 413"));
    }
    assertEquals(200, demo.get("/health").statusCode());
  }

  @Test
  void whoPromisesTooMuchIsToldAtOnceAndMayFinish() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", demo.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /tokenize HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000000\r\n\r\n{"
              .getBytes(UTF_8));
      assertTrue(Raw.head(socket).startsWith("HTTP/1.1 413"));
      // A reset would break the pipe at the second of these.
      byte[] more = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000).getBytes(UTF_8);
      for (int i = 0; i < 20; i++) {
        out.write(more);
        Thread.sleep(5);
      }
      socket.shutdownOutput();
      assertEquals("", new String(socket.getInputStream().readAllBytes(), UTF_8));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense~~ | 400 | The request is not acceptable: it is not what HTTP/1.1 wants.",
        "GET /page/%ZZ HTTP/1.1~Host: x~~ | 400 | The request is not acceptable: it is not what"
            + " HTTP/1.1 wants.",
        "POST /tokenize HTTP/1.1~Host: x~Content-Length: 2~Content-Length: 3~~{} | 400 | The"
            + " request is not acceptable: Content-Length header must have exactly one value.",
        "POST /tokenize HTTP/1.1~Host: x~Transfer-Encoding: chunked~~no~{}~0~~ | 400 | The body is"
            + " no chunks: the size of one is no number.",
      })
  void whatIsNoRequestIsTheClientsFault(String request, int status, String message)
      throws Exception {
    try (Socket socket = new Socket("127.0.0.1", demo.port())) {
      socket.getOutputStream().write(request.replace("~", "\r\n").getBytes(UTF_8));
      String all = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertTrue(all.startsWith("HTTP/1.1 " + status), all);
      assertTrue(all.contains("\"message\":\"" + message + "\""), all);
    }
  }

  @Test
  void headersThatAreTooLargeAreRefusedHoweverManyCome() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", demo.port())) {
      OutputStream out = socket.getOutputStream();
      out.write("GET / HTTP/1.1\r\nHost: x\r\n".getBytes(UTF_8));
      byte[] more = "X-Y: zzzzzzzz\r\n".repeat(5000).getBytes(UTF_8);
      for (int i = 0; i < 20; i++) {
        out.write(more);
        Thread.sleep(5);
      }
      assertTrue(Raw.head(socket).startsWith("HTTP/1.1 431"));
    }
  }

  @Test
  void drainingFinishesWhatRuns() throws Exception {
    try (DemoServer draining = DemoServer.start()) {
      CompletableFuture<HttpResponse<String>> running =
          draining
              .client()
              .sendAsync(
                  draining.request("/v1/completions", "{" + LONG + "}"), BodyHandlers.ofString());
      while (draining.server().status().totals().accepted() == 0) {
        Thread.sleep(1);
      }
      assertTrue(draining.server().drain(Duration.ofMinutes(2)));
      assertEquals(200, running.join().statusCode());
      assertEquals(503, draining.get("/health").statusCode());
      assertEquals(503, draining.post(CHAT, "{" + QUESTION + "}").statusCode());
    }
  }
}
