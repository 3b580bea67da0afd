package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.spi.text.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Good and bad behaviour, by chance. Safe for several threads. */
final class SoakClient {

  private static final String SYSTEM =
      "{\"role\":\"system\",\"content\":\"You are a careful calculator and think step by step.\"},";

  private final DemoServer demo;
  private final Map<Integer, String> alone = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

  SoakClient(DemoServer demo) {
    this.demo = demo;
  }

  /** What was wrong. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  /** How many answers were compared with those of single runs. */
  long checked() {
    return counts.getOrDefault("checked answers", new LongAdder()).sum();
  }

  String counts() {
    return counts.toString();
  }

  /** Does one thing. */
  void act(Random random) {
    int question = random.nextInt(40);
    try {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> compare(question, false);
        case 3, 4 -> compare(question, true);
        case 5 -> expect("sampled", 200, sampled(random));
        case 6 -> expect("bad JSON", 400, "{\"messages\": [" + "{".repeat(random.nextInt(50)));
        case 7 -> expect("giant body", 413, "9".repeat(100_001 + random.nextInt(3_000_000)));
        case 8 -> expect("faulty plugin", 500, chat(question, ",\"seed\":666"));
        case 9 -> abort(random);
        case 10 -> stall(random);
        default -> dawdle();
      }
    } catch (IOException e) {
      count("lost connections");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Fails if not so many answers can be made at once. */
  void fillAllPlaces(int places) {
    List<CompletableFuture<HttpResponse<String>>> replies = new ArrayList<>();
    for (int i = 0; i < places; i++) {
      replies.add(
          demo.client()
              .sendAsync(
                  demo.request("/v1/completions", "{" + DemoServer.LONG + "}"),
                  BodyHandlers.ofString()));
    }
    replies.forEach(reply -> assertEquals(200, reply.join().statusCode()));
  }

  private void compare(int question, boolean stream) throws IOException, InterruptedException {
    HttpResponse<String> reply =
        demo.post(DemoServer.CHAT, chat(question, stream ? ",\"stream\":true" : ""));
    if (reply.statusCode() == 429) {
      count("queue full");
      return;
    }
    String found = stream ? streamed(reply.body()) : text(reply.body());
    String expected = alone.computeIfAbsent(question, this::alone);
    if (!expected.equals(found)) {
      faults.add("%s: expected %s, found %s".formatted(question(question), expected, reply.body()));
    }
    count("checked answers");
  }

  private String alone(int question) {
    List<Message> messages =
        List.of(
            Message.system("You are a careful calculator and think step by step."),
            Message.user(question(question)));
    GenerationOptions options = GenerationOptions.DEFAULT.withMaxTokens(60);
    return demo.model().generate(demo.model().prompt(messages), options, _ -> {}).text();
  }

  private void expect(String what, int status, String body)
      throws IOException, InterruptedException {
    count(what);
    int found = demo.post(DemoServer.CHAT, body).statusCode();
    if (found != status && found != 429) {
      faults.add("%s: expected %d, found %d".formatted(what, status, found));
    }
  }

  /** Leaves in the middle. */
  private void abort(Random random) throws IOException, InterruptedException {
    count("aborted");
    HttpResponse<InputStream> reply =
        demo.client()
            .send(
                demo.request("/v1/completions", "{" + DemoServer.LONG + ",\"stream\":true}"),
                BodyHandlers.ofInputStream());
    reply.body().readNBytes(random.nextInt(2000));
    reply.body().close();
  }

  /** Asks for much and reads nothing, or late. */
  private void stall(Random random) throws IOException, InterruptedException {
    count("slow readers");
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(1 << 13);
      socket.connect(new InetSocketAddress("127.0.0.1", demo.port()));
      Raw.send(socket, SlowReaderTest.MUCH, "Connection: close\r\n");
      Thread.sleep(random.nextInt(1500));
      socket.getInputStream().readNBytes(random.nextInt(50_000));
    }
  }

  /** Begins a request, and does not end it. */
  private void dawdle() throws IOException, InterruptedException {
    count("slow writers");
    try (Socket socket = new Socket("127.0.0.1", demo.port())) {
      byte[] head =
          "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{\"mess"
              .getBytes(StandardCharsets.US_ASCII);
      for (byte b : head) {
        socket.getOutputStream().write(b);
        Thread.sleep(2);
      }
    }
  }

  private String sampled(Random random) {
    return chat(
        random.nextInt(40),
        ",\"temperature\":%s,\"top_p\":0.9,\"n\":2,\"logprobs\":true,\"repetition_penalty\":1.1"
            .formatted(random.nextDouble()));
  }

  private static String chat(int question, String more) {
    String temperature = more.contains("temperature") ? "" : ",\"temperature\":0";
    return "{\"messages\":[%s{\"role\":\"user\",\"content\":\"%s\"}],\"max_tokens\":60%s%s}"
        .formatted(SYSTEM, question(question), temperature, more);
  }

  private static String question(int question) {
    return "What is %d*%d?".formatted(3 + question, 1 + question % 7);
  }

  private static String text(String body) throws IOException {
    return DemoServer.json(body).at("/choices/0/message/content").asText("");
  }

  private static String streamed(String body) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String event : body.split("\n\n")) {
      if (event.startsWith("data: {")) {
        JsonNode chunk = DemoServer.json(event.substring("data: ".length()));
        text.append(chunk.at("/choices/0/delta/content").asText(""));
      }
    }
    return text.toString();
  }

  private void count(String what) {
    counts.computeIfAbsent(what, _ -> new LongAdder()).increment();
  }
}
