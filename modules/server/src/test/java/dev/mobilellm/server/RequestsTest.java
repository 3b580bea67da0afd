package dev.mobilellm.server;

import static dev.mobilellm.server.DemoServer.CHAT;
import static dev.mobilellm.server.DemoServer.QUESTION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mobilellm.spi.text.Message;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that are not understood, and what the server tells about itself. */
class RequestsTest extends ServerSetup {

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
}
