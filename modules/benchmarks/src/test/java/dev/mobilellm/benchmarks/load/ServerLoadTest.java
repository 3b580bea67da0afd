package dev.mobilellm.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mobilellm.spi.UsageException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that answers with five pieces, and refuses every fourth request. */
class ServerLoadTest {

  @TempDir private Path folder;
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/chat/completions", this::answer);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void clientsCountTokensTimesAndErrors() throws Exception {
    LoadPlan plan = plan("--seconds", "1", "--prompt-words", "5,50");
    Prompts prompts = new Prompts(plan.promptWords(), 1);
    Reading reading = new Crowd(plan, new AnswerStream(plan), prompts, 3).run(_ -> {});
    assertEquals(3, reading.clients());
    assertTrue(reading.answers() >= 2, reading::toString);
    assertTrue(reading.errors() >= 1, reading::toString);
    assertTrue(reading.tokensPerSecond() > 5, reading::toString);
    // The server waits 10 milliseconds before each piece.
    assertTrue(reading.firstToken().millis(0.5) >= 10, reading::toString);
    assertTrue(reading.nextToken().millis(0.5) >= 5, reading::toString);
    assertEquals(7L * reading.answers(), reading.promptTokens());
    LoadReport report = new LoadReport(List.of(reading), Optional.empty());
    assertTrue(report.table().lines().count() == 2, report::table);
    assertEquals(reading.errors(), report.json().at("/readings/0/errors").asInt());
    Path chart = folder.resolve("load.svg");
    LoadChart.write(List.of(reading, reading), chart);
    String svg = Files.readString(chart);
    assertTrue(svg.contains("<svg") && svg.contains("<path"), svg);
  }

  @Test
  void twoTurnsAreCompared() throws Exception {
    LoadPlan plan = plan();
    TwoTurns turns = TwoTurns.measure(new AnswerStream(plan), new Prompts(List.of(9), 1));
    assertEquals(3, turns.cachedTokens());
    assertTrue(turns.share() > 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "http://h --clients",
        "http://h --clients 0",
        "http://h --clients 1,,2",
        "http://h --temperature hot",
        "http://h --what 1",
        "http://h --chart load.png",
        "http://h --seconds fast"
      })
  void wrongArgumentsAreTold(String arguments) {
    UsageException e = assertThrows(UsageException.class, () -> LoadPlan.of(arguments.split(" ")));
    assertTrue(e.getMessage().contains("found") || e.getMessage().contains("SVG"), e::getMessage);
  }

  @Test
  void sharesAreByNearestRank() {
    Spread spread = Spread.of(List.of(4_000_000L, 1_000_000L, 3_000_000L, 2_000_000L));
    assertEquals(2, spread.millis(0.5));
    assertEquals(4, spread.millis(0.95));
    assertTrue(Double.isNaN(Spread.of(List.of()).millis(0.5)));
  }

  private LoadPlan plan(String... flags) {
    String[] arguments = new String[flags.length + 1];
    arguments[0] = "http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort());
    System.arraycopy(flags, 0, arguments, 1, flags.length);
    return LoadPlan.of(arguments);
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    if (requests.incrementAndGet() % 4 == 0) {
      exchange.sendResponseHeaders(429, -1);
      exchange.close();
      return;
    }
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      for (int i = 0; i < 5; i++) {
        Thread.sleep(10);
        write(out, "{\"choices\":[{\"delta\":{\"content\":\"word \"}}]}");
      }
      write(
          out,
          "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":6,"
              + "\"prompt_tokens_details\":{\"cached_tokens\":3}}}");
      write(out, "[DONE]");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void write(OutputStream out, String data) throws IOException {
    out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
