package dev.mobilellm.server;

import static dev.mobilellm.server.DemoServer.CHAT;
import static dev.mobilellm.server.DemoServer.QUESTION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mobilellm.spi.text.Message;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertNamed(demo.post("/tokenize", "{\"prompt\":[\"1\",\"2\"]}"), "prompt", "must be one");
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
        "{\"messages\":[]}                            | messages        | an empty list",
        "{\"messages\":\"hi\"}                        | messages        | a list",
        "{\"messages\":[{\"role\":\"user\"}]}         | messages[0].content | missing",
        "{\"messages\":[{\"role\":\"boss\",\"content\":\"\"}]} | messages[0].role | boss",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]} |"
            + " messages[0].content[0].type | only text",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}]} |"
            + " messages[0].content[0].type | missing",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]} |"
            + " messages[0].content[0].text | missing",
        "{\"messages\":[null]}                        | messages[0]     | an object",
        "{Q,\"temperature\":\"hot\"}                  | temperature     | a number",
        "{Q,\"temperature\":-1}                       | temperature     | between",
        "{Q,\"top_p\":2}                              | top_p           | between",
        "{Q,\"top_k\":1.5}                            | top_k           | a whole number",
        "{Q,\"n\":0}                                  | n               | between 1 and 8",
        "{Q,\"stop\":[\"\"]}                          | stop            | not empty",
        "{Q,\"stop\":3}                               | stop            | a string or a list",
        "{Q,\"seed\":\"x\"}                           | seed            | a whole number",
        "{Q,\"stream\":1}                             | stream          | true or false",
        "{Q,\"seed\":9223372036854775808}             | seed            | 64 bits",
        "{Q,\"temperature\":1e999}                    | temperature     | between",
        "{Q,\"top_p\":1.1}                            | top_p           | between 0.0 and 1.0",
        "{Q,\"min_p\":-0.1}                           | min_p           | between 0.0 and 1.0",
        "{Q,\"repetition_penalty\":1e-320}            | repetition_penalty | between",
        "{Q,\"presence_penalty\":2.1}                 | presence_penalty | between -2.0 and 2.0",
        "{Q,\"frequency_penalty\":\"1\"}              | frequency_penalty | a number",
        "{Q,\"n\":9}                                  | n               | between 1 and 8",
        "{Q,\"user\":1}                               | user            | a string",
        "{Q,\"model\":1}                              | model           | a string",
        "{Q,\"stop\":[1]}                             | stop            | not empty",
        "{Q,\"stop\":\"\"}                            | stop            | not empty",
        "{Q,\"stream_options\":1}                     | stream_options  | an object",
        "{Q,\"stream_options\":{}}                    | stream_options  | needs",
        "{Q,\"stream\":true,\"stream_options\":{\"include_usage\":1}} |"
            + " stream_options.include_usage | true or false",
        "{Q,\"max_tokens\":0}                         | max_tokens      | at least 1",
        "{Q,\"max_tokens\":2147483648}                | max_tokens      | between 1 and 2147483647",
        "{Q,\"max_completion_tokens\":\"3\"}          | max_completion_tokens | a whole number",
        "{Q,\"logit_bias\":[]}                        | logit_bias      | an object",
        "{Q,\"logit_bias\":{\"-1\":1}}                | logit_bias      | -1",
        "{Q,\"logit_bias\":{\"1\":101}}               | logit_bias      | between -100 and 100",
        "{Q,\"logprobs\":3}                           | logprobs        | true or false",
        "{Q,\"logit_bias\":{\"9999\":1}}              | logit_bias      | 9999",
        "{Q,\"logit_bias\":{\"1\":\"x\"}}             | logit_bias      | numbers",
        "{Q,\"top_logprobs\":2}                       | top_logprobs    | needs",
        "{Q,\"logprobs\":true,\"top_logprobs\":21}    | top_logprobs    | between 0 and 20",
        "{Q,\"response_format\":{\"type\":\"json_object\"}} | response_format | not supported yet",
        "{Q,\"response_format\":\"text\"}             | response_format | an object",
        "{Q,\"math\":1}                               | math            | an object",
        "{Q,\"math\":{\"final_only\":3}}              | math.final_only | true or false",
      })
  void badFieldsAreNamed(String body, String parameter, String words) throws Exception {
    assertNamed(
        demo.post(
            CHAT, body.replace("Q,", "\"messages\":[{\"role\":\"user\",\"content\":\"1\"}],")),
        parameter,
        words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                           | prompt          | missing",
        "{\"prompt\":\"\"}                            | prompt          | empty",
        "{\"prompt\":[]}                              | prompt          | an empty list",
        "{\"prompt\":[[]]}                            | prompt          | empty",
        "{\"prompt\":1}                               | prompt          | the number 1",
        "{\"prompt\":[\"a\",1]}                       | prompt          | the number 1",
        "{\"prompt\":[1,\"a\"]}                       | prompt          | token ids, 0 to 767",
        "{\"prompt\":[[1],[768]]}                     | prompt          | found the number 768",
        "{\"prompt\":[-1]}                            | prompt          | found the number -1",
        "{\"prompt\":[2147483648]}                    | prompt          | token ids, 0 to 767",
        "{\"prompt\":[[[1]]]}                         | prompt          | a list of 1",
        "{\"prompt\":[null]}                          | prompt          | null",
        "{\"prompt\":[\"1\",\"2\",\"3\"],\"n\":3}     | n               | more than the 8",
        "{\"prompt\":\"1\",\"logprobs\":true}         | logprobs        | a whole number",
        "{\"prompt\":\"1\",\"logprobs\":21}           | logprobs        | between 0 and 20",
        "{\"prompt\":\"1\",\"max_completion_tokens\":0} | max_completion_tokens | at least 1",
        "{\"prompt\":\"1\",\"response_format\":{\"type\":\"json_schema\"}} |"
            + " response_format | not supported yet",
      })
  void badFieldsOfCompletionsAreNamed(String body, String parameter, String words)
      throws Exception {
    assertNamed(demo.post("/v1/completions", body), parameter, words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"temperature\":0,\"top_p\":0",
        "\"temperature\":1,\"top_p\":0,\"min_p\":1",
        "\"temperature\":1e-300,\"seed\":-1",
        "\"top_k\":-1,\"seed\":-9223372036854775808",
        "\"n\":8,\"seed\":9223372036854775807",
        "\"stop\":[],\"user\":null,\"logit_bias\":{}",
        "\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]",
        "\"repetition_penalty\":0.001,\"temperature\":0.001",
        "\"repetition_penalty\":1000,\"logprobs\":true,\"top_logprobs\":20",
        "\"presence_penalty\":-2,\"frequency_penalty\":2,\"logit_bias\":{\"1\":100,\"2\":-100}",
        "\"response_format\":{\"type\":\"text\"},\"math\":{}",
      })
  void theLeastAndTheMostAreAnswered(String fields) throws Exception {
    HttpResponse<String> reply =
        demo.post(
            CHAT,
            "{\"messages\":[{\"role\":\"user\",\"content\":\"1\"}],\"max_tokens\":3,"
                + fields
                + "}");
    assertEquals(200, reply.statusCode(), reply.body());
  }

  @Test
  void bytesThatAreNoTextAreNoJson() throws Exception {
    for (byte[] body : List.of(new byte[] {0, 0, 0, '{', -1, -1, -1, -1}, new byte[] {'"', -1})) {
      HttpResponse<String> reply =
          demo.client()
              .send(
                  HttpRequest.newBuilder(URI.create(demo.url() + CHAT))
                      .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertNamed(reply, null, "no JSON");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":", "[1", "{\"a\":NaN}", "{\"a\":+1}"})
  void whatIsWrongWithJsonIsSaidWithoutItsReader(String body) throws Exception {
    String message = demo.json(CHAT, body).at("/error/message").textValue();
    assertTrue(message.matches("The body is no JSON: .*, at line 1, column \\d+\\."), message);
    assertFalse(message.contains("Feature") || message.contains("Source"), message);
  }

  private static void assertNamed(HttpResponse<String> reply, String parameter, String words)
      throws Exception {
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
    assertEquals("tools, best", ignored(reply));
    reply =
        demo.post(
            CHAT,
            "{"
                + QUESTION
                + ",\"functions\":null,\"stream\":true,\"stream_options\":{\"pace\":1},\"math\":{\"a\":1}}");
    assertEquals("math.a, stream_options.pace", ignored(reply));
  }

  @Test
  void thousandsOfUnknownParametersMakeNoHeaderThatClientsRefuse() throws Exception {
    String many =
        IntStream.range(0, 20_000)
            .mapToObj(i -> ",\"unknown%d\":1".formatted(i))
            .collect(Collectors.joining());
    HttpResponse<String> reply = demo.post(CHAT, "{" + QUESTION + many + "}");
    assertEquals(200, reply.statusCode(), reply.body());
    assertTrue(ignored(reply).length() < 1100, ignored(reply));
    assertTrue(ignored(reply).startsWith("unknown0, unknown1, "), ignored(reply));
    assertTrue(ignored(reply).endsWith("..."), ignored(reply));
  }

  private static String ignored(HttpResponse<String> reply) {
    return reply.headers().firstValue("x-mobilellm-ignored").orElse("");
  }
}
