package dev.mobilellm.server;

import static dev.mobilellm.server.DemoServer.ANSWER;
import static dev.mobilellm.server.DemoServer.CHAT;
import static dev.mobilellm.server.DemoServer.LONG;
import static dev.mobilellm.server.DemoServer.QUESTION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that do not read what they are sent. */
class SlowReaderTest {

  /** More than buffers of sockets take. */
  static final String MUCH = "{" + LONG + ",\"stream\":true,\"logprobs\":20,\"n\":4}";

  @Test
  void whoReadsLateGetsEverythingAndHoldsNobodyUp() throws Exception {
    try (DemoServer demo = DemoServer.start();
        Socket slow = stalled(demo, MUCH)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(
            ANSWER,
            demo.json(CHAT, "{" + QUESTION + "}").at("/choices/0/message/content").textValue());
      }
      // Its answers are complete, although nobody has read them.
      demo.awaitIdle();
      assertEquals(0, demo.server().status().totals().cancelled());
      String all = new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(all.contains("data: [DONE]"), () -> all.substring(all.length() - 300));
    }
  }

  @Test
  void whoNeverReadsLosesTheConnectionAndItsPlace() throws Exception {
    ServerOptions options =
        DemoServer.options(List.of(), List.of(), limits(Duration.ofMillis(300)));
    try (DemoServer demo =
            DemoServer.start(SchedulerOptions.DEFAULT.withPrefixCache(false), options);
        Socket slow = stalled(demo, MUCH)) {
      while (!demo.get("/metrics").body().contains("mobilellm_stalled_clients_total 1\n")) {
        Thread.sleep(20);
      }
      demo.awaitIdle();
      assertEquals(0, demo.server().status().cacheBytes());
      assertTrue(demo.server().drain(Duration.ofMinutes(1)), "nobody waits for it any more");
      assertTrue(isCutOff(slow));
    }
  }

  /** Asks, and reads nothing. */
  static Socket stalled(DemoServer demo, String body) throws IOException, InterruptedException {
    Socket socket = new Socket();
    // Before connecting, or the other side is told of a larger one.
    socket.setReceiveBufferSize(1 << 16);
    socket.connect(new InetSocketAddress("127.0.0.1", demo.port()));
    Raw.send(socket, body, "Connection: close\r\n");
    while (demo.server().status().totals().accepted() == 0) {
      Thread.sleep(1);
    }
    return socket;
  }

  static ServerOptions.Limits limits(Duration writeTime) {
    return limits(writeTime, ServerOptions.Limits.DEFAULT.bodyBytes());
  }

  static ServerOptions.Limits limits(Duration writeTime, int bodyBytes) {
    ServerOptions.Limits limits = ServerOptions.Limits.DEFAULT;
    return new ServerOptions.Limits(
        bodyBytes,
        limits.headerBytes(),
        limits.messages(),
        limits.promptTokens(),
        limits.maxTokens(),
        limits.defaultMaxTokens(),
        limits.choices(),
        limits.readTime(),
        writeTime);
  }

  /** Whether the rest of a reply is missing. */
  static boolean isCutOff(Socket socket) {
    try {
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return !all.contains("[DONE]");
    } catch (IOException _) {
      return true;
    }
  }
}
