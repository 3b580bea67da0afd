package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import dev.mobilellm.spi.text.Message;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String QUESTION =
      "\"model\":\"demo\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"What is"
          + " 2+2?\"}]";
  private static final String ANSWER = "2+2=4.\nThe answer is \\boxed{4}.";

  /** Goes on to the end of the context: the end of a sequence is forbidden. */
  private static final String LONG =
      "\"model\":\"demo\",\"temperature\":0,\"max_tokens\":400,\"prompt\":\"1+1\",\"logit_bias\":{\"762\":-100,\"765\":-100,\"766\":-100}";

  private static DemoServer demo;

  @BeforeAll
  static void start() {
    demo = DemoServer.start();
  }

  @AfterAll
  static void stop() {
    demo.close();
  }

  @Test
  void aChatIsAnswered() throws Exception {
    JsonNode reply = demo.json(CHAT, "{" + QUESTION + "}");
    assertEquals("chat.completion", reply.at("/object").textValue());
    assertEquals(ANSWER, reply.at("/choices/0/message/content").textValue());
    assertEquals("assistant", reply.at("/choices/0/message/role").textValue());
    assertEquals("stop", reply.at("/choices/0/finish_reason").textValue());
    assertEquals(35, reply.at("/usage/prompt_tokens").intValue());
    assertEquals(15, reply.at("/usage/completion_tokens").intValue());
    assertEquals(50, reply.at("/usage/total_tokens").intValue());
    assertTrue(reply.at("/id").textValue().startsWith("chatcmpl-"));
    assertTrue(reply.at("/system_fingerprint").textValue().contains("1.2.3"));
    JsonNode again = demo.json(CHAT, "{" + QUESTION + "}");
    assertTrue(again.at("/usage/prompt_tokens_details/cached_tokens").intValue() > 30);
  }

  @Test
  void aStreamHasTheSameTextInPieces() throws Exception {
    List<JsonNode> chunks =
        stream("{" + QUESTION + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    assertEquals("assistant", chunks.getFirst().at("/choices/0/delta/role").textValue());
    assertEquals(
        ANSWER,
        chunks.stream()
            .map(c -> c.at("/choices/0/delta/content").asText(""))
            .collect(Collectors.joining()));
    assertEquals("stop", chunks.get(chunks.size() - 2).at("/choices/0/finish_reason").textValue());
    assertEquals(0, chunks.getLast().at("/choices").size());
    assertEquals(15, chunks.getLast().at("/usage/completion_tokens").intValue());
    assertTrue(chunks.size() > 8);
  }

  @Test
  void partsOfTextAreOneMessage() throws Exception {
    JsonNode reply =
        demo.json(
            CHAT,
            "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What"
                + " is \"},{\"type\":\"text\",\"text\":\"2+2?\"}]}]}");
    assertEquals(ANSWER, reply.at("/choices/0/message/content").textValue());
  }

  @Test
  void stopLengthAndMathEndAnAnswer() throws Exception {
    JsonNode stopped = demo.json(CHAT, "{" + QUESTION + ",\"stop\":[\".\"]}");
    assertEquals("2+2=4", stopped.at("/choices/0/message/content").textValue());
    assertEquals("stop", stopped.at("/choices/0/finish_reason").textValue());
    JsonNode cut = demo.json(CHAT, "{" + QUESTION + ",\"max_completion_tokens\":3}");
    assertEquals("2+2", cut.at("/choices/0/message/content").textValue());
    assertEquals("length", cut.at("/choices/0/finish_reason").textValue());
    JsonNode math =
        demo.json(
            CHAT, "{" + QUESTION + ",\"math\":{\"stop_at_boxed\":true,\"extract_boxed\":true}}");
    assertTrue(math.at("/choices/0/message/content").textValue().endsWith("\\boxed{4}"));
    assertEquals("4", math.at("/choices/0/boxed").textValue());
  }

  @Test
  void likelihoodsBelongToTheText() throws Exception {
    JsonNode reply = demo.json(CHAT, "{" + QUESTION + ",\"logprobs\":true,\"top_logprobs\":3}");
    JsonNode content = reply.at("/choices/0/logprobs/content");
    StringBuilder text = new StringBuilder();
    for (JsonNode token : content) {
      text.append(token.at("/token").textValue());
      assertTrue(token.at("/logprob").doubleValue() <= 0);
      assertEquals(3, token.at("/top_logprobs").size());
      assertEquals(token.at("/token"), token.at("/top_logprobs/0/token"));
      assertFalse(token.at("/bytes").isEmpty());
    }
    assertEquals(ANSWER, text.toString());
  }

  @Test
  void completionsTakeTextListsAndIds() throws Exception {
    JsonNode one =
        demo.json(
            "/v1/completions",
            "{\"prompt\":\"7*8\",\"temperature\":0,\"max_tokens\":4,\"logprobs\":1}");
    assertEquals("text_completion", one.at("/object").textValue());
    String text = one.at("/choices/0/text").textValue();
    assertEquals(4, one.at("/choices/0/logprobs/tokens").size());
    assertEquals(0, one.at("/choices/0/logprobs/text_offset/0").intValue());
    String ids = demo.json("/tokenize", "{\"prompt\":\"7*8\"}").at("/tokens").toString();
    JsonNode many =
        demo.json(
            "/v1/completions",
            "{\"prompt\":[%s,%s],\"n\":2,\"temperature\":0,\"max_tokens\":4}".formatted(ids, ids));
    assertEquals(4, many.at("/choices").size());
    many.at("/choices").forEach(choice -> assertEquals(text, choice.at("/text").textValue()));
    assertEquals(16, many.at("/usage/completion_tokens").intValue());
    JsonNode texts =
        demo.json(
            "/v1/completions", "{\"prompt\":[\"7*8\",\"1+1\"],\"temperature\":0,\"max_tokens\":4}");
    assertEquals(text, texts.at("/choices/0/text").textValue());
  }

  @Test
  void aSeedRepeatsAnAnswerInCompany() throws Exception {
    String body = "{\"prompt\":\"12+\",\"temperature\":2,\"seed\":%d,\"max_tokens\":24}";
    String alone =
        demo.json("/v1/completions", body.formatted(5)).at("/choices/0/text").textValue();
    List<CompletableFuture<HttpResponse<String>>> company = new ArrayList<>();
    for (int seed = 1; seed < 9; seed++) {
      company.add(
          demo.client()
              .sendAsync(
                  demo.request("/v1/completions", body.formatted(seed)), BodyHandlers.ofString()));
    }
    String together =
        DemoServer.json(company.get(4).join().body()).at("/choices/0/text").textValue();
    for (CompletableFuture<HttpResponse<String>> other : company) {
      assertEquals(200, other.join().statusCode());
    }
    assertEquals(alone, together);
  }

  @Test
  void tokensGoThereAndBack() throws Exception {
    JsonNode tokens = demo.json("/tokenize", "{\"prompt\":\"17 * 23\"}");
    assertEquals(tokens.at("/tokens").size(), tokens.at("/count").intValue());
    JsonNode text = demo.json("/detokenize", "{\"tokens\":" + tokens.at("/tokens") + "}");
    assertTrue(text.at("/prompt").textValue().endsWith("17 * 23"));
    JsonNode chat = demo.json("/tokenize", "{" + QUESTION + "}");
    assertEquals(
        demo.model().prompt(List.of(Message.user("What is 2+2?"))).length(),
        chat.at("/count").intValue());
  }

  @Test
  void theServerTellsAboutItself() throws Exception {
    assertEquals(
        "demo", DemoServer.json(demo.get("/v1/models").body()).at("/data/0/id").textValue());
    assertEquals("demo", DemoServer.json(demo.get("/v1/models/demo").body()).at("/id").textValue());
    assertEquals(404, demo.get("/v1/models/other").statusCode());
    assertEquals("1.2.3", DemoServer.json(demo.get("/version").body()).at("/version").textValue());
    assertEquals(200, demo.get("/health").statusCode());
    String metrics = demo.get("/metrics").body();
    assertTrue(metrics.contains("\nmobilellm_requests_running "), metrics);
    assertTrue(
        metrics.contains("mobilellm_time_to_first_token_seconds_bucket{le=\"+Inf\"}"), metrics);
    assertEquals(404, demo.get("/nothing").statusCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                            |                 | no JSON",
        "[]                                           |                 | a JSON object",
        "{\"a\":1,\"a\":2}                            |                 | no JSON",
        "{} x                                         |                 | no JSON",
        "{}                                           | messages        | missing",
        "{\"messages\":[]}                            | messages        | at least one",
        "{\"messages\":\"hi\"}                        | messages        | a list",
        "{\"messages\":[{\"role\":\"user\"}]}         | messages[0].content | missing",
        "{\"messages\":[{\"role\":\"boss\",\"content\":\"\"}]} | messages[0].role | boss",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]} |"
            + " messages[0].content | only text",
        "{Q,\"temperature\":\"hot\"}                  | temperature     | a number",
        "{Q,\"temperature\":-1}                       | temperature     | between",
        "{Q,\"top_p\":2}                              | top_p           | between",
        "{Q,\"top_k\":1.5}                            | top_k           | a whole number",
        "{Q,\"n\":0}                                  | n               | between 1 and 8",
        "{Q,\"stop\":[\"\"]}                          | stop            | not empty",
        "{Q,\"stop\":3}                               | stop            | a string or a list",
        "{Q,\"seed\":\"x\"}                           | seed            | a whole number",
        "{Q,\"stream\":1}                             | stream          | true or false",
        "{Q,\"stream_options\":1}                     | stream_options  | an object",
        "{Q,\"max_tokens\":0}                         | max_tokens      | at least 1",
        "{Q,\"logit_bias\":{\"9999\":1}}              | logit_bias      | 9999",
        "{Q,\"logit_bias\":{\"1\":\"x\"}}             | logit_bias      | numbers",
        "{Q,\"top_logprobs\":2}                       | top_logprobs    | needs",
        "{Q,\"logprobs\":true,\"top_logprobs\":21}    | top_logprobs    | between 0 and 20",
        "{Q,\"response_format\":{\"type\":\"json_object\"}} | response_format | not supported yet",
        "{Q,\"math\":{\"final_only\":3}}              | math.final_only | true or false",
      })
  void badFieldsAreNamed(String body, String parameter, String words) throws Exception {
    HttpResponse<String> reply =
        demo.post(
            CHAT, body.replace("Q,", "\"messages\":[{\"role\":\"user\",\"content\":\"1\"}],"));
    assertEquals(400, reply.statusCode(), reply.body());
    JsonNode error = DemoServer.json(reply.body()).at("/error");
    assertEquals("invalid_request_error", error.at("/type").textValue());
    assertEquals(parameter, error.at("/param").textValue());
    assertTrue(error.at("/message").textValue().contains(words), reply.body());
  }

  @Test
  void anotherModelIsNotFound() throws Exception {
    HttpResponse<String> reply = demo.post(CHAT, "{\"model\":\"gpt\",\"messages\":[]}");
    assertEquals(404, reply.statusCode());
    assertEquals("model_not_found", DemoServer.json(reply.body()).at("/error/code").textValue());
  }

  @Test
  void unknownParametersAreNamedInAHeader() throws Exception {
    HttpResponse<String> reply = demo.post(CHAT, "{" + QUESTION + ",\"tools\":[],\"best\":1}");
    assertEquals(200, reply.statusCode());
    assertEquals("tools, best", reply.headers().firstValue("x-mobilellm-ignored").orElse(""));
  }

  @Test
  void aFaultInAProcessorIsThatRequestsOwn() throws Exception {
    String other =
        demo.json(CHAT, "{" + QUESTION + "}").at("/choices/0/message/content").textValue();
    HttpResponse<String> failed = demo.post(CHAT, "{" + QUESTION + ",\"seed\":666}");
    assertEquals(500, failed.statusCode());
    assertTrue(failed.body().contains("a fault of its own"));
    assertEquals(ANSWER, other);
    assertEquals(200, demo.post(CHAT, "{" + QUESTION + "}").statusCode());
  }

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
      send(socket, "{" + LONG + "}");
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
        send(socket, "{\"prompt\":\"1+1\",\"max_tokens\":2}");
        assertTrue(head(socket).startsWith("HTTP/1.1 200"));
      }
    }
  }

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
    }
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
      try (Socket slow = new Socket("127.0.0.1", small.port())) {
        slow.getOutputStream()
            .write(
                "POST /tokenize HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{"
                    .getBytes(StandardCharsets.US_ASCII));
        assertTrue(head(slow).startsWith("HTTP/1.1 408"));
      }
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

  @Test
  void answersAreThoseOfTheLibrary() throws Exception {
    var prompt = demo.model().prompt(List.of(Message.user("What is 34*5?")));
    String alone = demo.model().generate(prompt, GenerationOptions.DEFAULT, _ -> {}).text();
    JsonNode reply =
        demo.json(
            CHAT,
            "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"What is 34*5?\"}]}");
    assertEquals(alone, reply.at("/choices/0/message/content").textValue());
  }

  private static void assertError(DemoServer server, String body, String parameter)
      throws Exception {
    HttpResponse<String> reply = server.post(CHAT, body);
    assertEquals(400, reply.statusCode(), reply.body());
    assertEquals(parameter, DemoServer.json(reply.body()).at("/error/param").textValue());
  }

  private static List<JsonNode> stream(String body) throws Exception {
    HttpResponse<String> reply = demo.post(CHAT, body);
    assertEquals("text/event-stream", reply.headers().firstValue("content-type").orElse(""));
    assertTrue(reply.body().endsWith("data: [DONE]\n\n"), reply.body());
    List<JsonNode> chunks = new ArrayList<>();
    for (String line : reply.body().split("\n\n")) {
      if (!line.equals("data: [DONE]")) {
        chunks.add(DemoServer.json(line.substring("data: ".length())));
      }
    }
    return chunks;
  }

  private static void send(Socket socket, String body) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(
        "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(body.length(), body)
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** Reads one reply, and returns its first line. */
  private static String head(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.append((char) next);
    }
    String length = head.toString().replaceAll("(?is).*content-length: *(\\d+).*", "$1");
    in.readNBytes(Integer.parseInt(length));
    return head.substring(0, head.indexOf("\r\n"));
  }
}
