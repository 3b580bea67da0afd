package dev.mobilellm.server;

import static dev.mobilellm.server.DemoServer.CHAT;
import static dev.mobilellm.server.DemoServer.LONG;
import static dev.mobilellm.server.DemoServer.QUESTION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may ask, and for how much. */
class LimitsTest {

  @Test
  void keysAreAskedForAndOriginsToo() throws Exception {
    ServerOptions options =
        DemoServer.options(
            List.of("one", "two"), List.of("https://a.example"), ServerOptions.Limits.DEFAULT);
    try (DemoServer guarded = DemoServer.start(SchedulerOptions.DEFAULT, options)) {
      assertEquals(401, guarded.post(CHAT, "{}").statusCode());
      assertEquals(401, guarded.post(CHAT, "{}", "Authorization", "Bearer three").statusCode());
      assertEquals(401, guarded.post(CHAT, "{}", "Authorization", "one").statusCode());
      assertEquals(400, guarded.post(CHAT, "{}", "Authorization", "Bearer two").statusCode());
      assertEquals(401, guarded.get("/metrics").statusCode());
      assertEquals(200, guarded.get("/health").statusCode());
      assertEquals(
          403,
          guarded
              .post(CHAT, "{}", "Authorization", "Bearer one", "Origin", "https://b.example")
              .statusCode());
      HttpResponse<String> allowed =
          guarded.post(CHAT, "{}", "Authorization", "Bearer one", "Origin", "https://a.example");
      assertEquals(400, allowed.statusCode());
      assertEquals(
          "https://a.example",
          allowed.headers().firstValue("access-control-allow-origin").orElse(""));
      assertEquals(
          "retry-after, x-mobilellm-ignored",
          allowed.headers().firstValue("access-control-expose-headers").orElse(""));
    }
  }

  @Test
  void browsersAskBeforeTheySend() throws Exception {
    ServerOptions options =
        DemoServer.options(
            List.of("one"), List.of("https://a.example"), ServerOptions.Limits.DEFAULT);
    try (DemoServer guarded = DemoServer.start(SchedulerOptions.DEFAULT, options)) {
      HttpResponse<String> allowed = preflight(guarded, "https://a.example");
      assertEquals(204, allowed.statusCode());
      assertEquals(
          "authorization, x-stainless-os",
          allowed.headers().firstValue("access-control-allow-headers").orElse(""));
      HttpResponse<String> refused = preflight(guarded, "https://b.example");
      assertEquals(403, refused.statusCode());
      assertTrue(refused.headers().firstValue("access-control-allow-headers").isEmpty());
    }
  }

  private static HttpResponse<String> preflight(DemoServer server, String origin) throws Exception {
    return server
        .client()
        .send(
            HttpRequest.newBuilder(URI.create(server.url() + CHAT))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .headers("Origin", origin, "Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization, x-stainless-os")
                .build(),
            BodyHandlers.ofString());
  }

  @Test
  void everyLimitHasItsStatus() throws Exception {
    ServerOptions options =
        DemoServer.options(List.of(), List.of(), DemoServer.limits(600, 2000, 2, 40, 100));
    SchedulerOptions narrow = SchedulerOptions.DEFAULT.withMaxRunning(1).withMaxQueued(0);
    try (DemoServer small = DemoServer.start(narrow, options)) {
      assertEquals(413, small.post(CHAT, " ".repeat(601)).statusCode());
      HttpResponse<String> wide = small.post(CHAT, "{}", "x-long", "x".repeat(3000));
      assertEquals(431, wide.statusCode(), wide.body());
      String message = "{\"role\":\"user\",\"content\":\"1\"}";
      assertError(
          small, "{\"messages\":[%s,%s,%s]}".formatted(message, message, message), "messages");
      assertError(
          small,
          "{\"messages\":[{\"role\":\"user\",\"content\":\"" + "9 ".repeat(50) + "\"}]}",
          "messages");
      assertError(small, "{" + QUESTION + ",\"max_tokens\":101}", "max_tokens");
      assertError(small, "{" + QUESTION + ",\"n\":5}", "n");
      assertEquals(429, small.post(CHAT, "{" + QUESTION + ",\"n\":2}").statusCode());
      for (String begun :
          List.of(
              "POST /tok",
              "POST /tokenize HTTP/1.1\r\nHost: x\r\nContent-",
              "POST /tokenize HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")) {
        try (Socket slow = new Socket("127.0.0.1", small.port())) {
          slow.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
          String all = new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          assertTrue(all.startsWith("HTTP/1.1 408"), all);
          assertTrue(all.contains("\"request_timeout\""), all);
        }
      }
      String metrics = small.get("/metrics").body();
      assertTrue(metrics.contains("http_replies_total{status=\"408\"} 3\n"), metrics);
      assertTrue(metrics.contains("http_replies_total{status=\"431\"} 1\n"), metrics);
    }
  }

  @Test
  void aFullQueueSaysWhenToComeBack() throws Exception {
    SchedulerOptions narrow = SchedulerOptions.DEFAULT.withMaxRunning(1).withMaxQueued(0);
    try (DemoServer small =
        DemoServer.start(
            narrow, DemoServer.options(List.of(), List.of(), ServerOptions.Limits.DEFAULT))) {
      HttpResponse<InputStream> running =
          small
              .client()
              .send(
                  small.request("/v1/completions", "{" + LONG + ",\"stream\":true}"),
                  BodyHandlers.ofInputStream());
      HttpResponse<String> refused = small.post(CHAT, "{" + QUESTION + "}");
      if (small.server().status().running() == 1) {
        assertEquals(429, refused.statusCode());
        assertTrue(
            Integer.parseInt(refused.headers().firstValue("retry-after").orElseThrow()) >= 1);
      }
      running.body().close();
    }
  }

  private static void assertError(DemoServer server, String body, String parameter)
      throws Exception {
    HttpResponse<String> reply = server.post(CHAT, body);
    assertEquals(400, reply.statusCode(), reply.body());
    assertEquals(parameter, DemoServer.json(reply.body()).at("/error/param").textValue());
  }
}
