package dev.mobilellm.server;

import static dev.mobilellm.server.DemoServer.ANSWER;
import static dev.mobilellm.server.DemoServer.CHAT;
import static dev.mobilellm.server.DemoServer.QUESTION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.spi.text.Message;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the two completions answer. */
class AnswersTest extends ServerSetup {

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
        stream(
            CHAT, "{" + QUESTION + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
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

  @ParameterizedTest
  @ValueSource(strings = {CHAT, "/v1/completions"})
  void chunksBeforeTheNumbersOfTokensSayThatThereAreNone(String path) throws Exception {
    String question =
        (path.equals(CHAT) ? QUESTION : "\"prompt\":\"1+1\",\"max_tokens\":4")
            + ",\"stream\":true,\"stream_options\":{\"include_usage\":%b}";
    List<JsonNode> with = stream(path, "{" + question.formatted(true) + "}");
    assertTrue(with.getLast().at("/usage").isObject());
    with.subList(0, with.size() - 1)
        .forEach(chunk -> assertTrue(chunk.at("/usage").isNull(), chunk::toString));
    stream(path, "{" + question.formatted(false) + "}")
        .forEach(chunk -> assertFalse(chunk.has("usage"), chunk::toString));
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
  void answersAreThoseOfTheLibrary() throws Exception {
    var prompt = demo.model().prompt(List.of(Message.user("What is 34*5?")));
    String alone = demo.model().generate(prompt, GenerationOptions.DEFAULT, _ -> {}).text();
    JsonNode reply =
        demo.json(
            CHAT,
            "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"What is 34*5?\"}]}");
    assertEquals(alone, reply.at("/choices/0/message/content").textValue());
  }

  private static List<JsonNode> stream(String path, String body) throws Exception {
    HttpResponse<String> reply = demo.post(path, body);
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
}
