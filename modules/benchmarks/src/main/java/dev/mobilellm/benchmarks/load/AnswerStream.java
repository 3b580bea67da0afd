package dev.mobilellm.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** Asks for chat answers as streams. Safe for several threads. */
final class AnswerStream {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String DATA = "data: ";

  private final HttpClient http = HttpClient.newHttpClient();
  private final LoadPlan plan;

  AnswerStream(LoadPlan plan) {
    this.plan = plan;
  }

  /**
   * What an answer was.
   *
   * @param text all of it
   * @param pieces it came in
   * @param promptTokens as the server counts; 0 if the answer was left early
   * @param cachedTokens of those
   * @param tokens of the answer; its pieces if it was left early
   * @param complete whether it was read to its end
   */
  record Answer(
      String text,
      int pieces,
      long promptTokens,
      long cachedTokens,
      long tokens,
      boolean complete) {}

  /**
   * Reads an answer.
   *
   * @param messages by turns of user and assistant
   * @param onPiece told when each piece of text came, as nano time
   * @param enough leaves the answer where it is
   * @throws IOException if there is none, or it ends with an error
   */
  Answer ask(List<String> messages, LongConsumer onPiece, BooleanSupplier enough)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> reply = http.send(request(messages), BodyHandlers.ofInputStream());
    try (InputStream body = reply.body();
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      if (reply.statusCode() != 200) {
        throw new IOException("status %d: %s".formatted(reply.statusCode(), lines.readLine()));
      }
      return read(lines, onPiece, enough);
    }
  }

  private static Answer read(BufferedReader lines, LongConsumer onPiece, BooleanSupplier enough)
      throws IOException {
    StringBuilder text = new StringBuilder();
    int pieces = 0;
    JsonNode usage = null;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals(DATA + "[DONE]")) {
        // To the very end, so that the connection can be used again.
        lines.skip(Long.MAX_VALUE);
        long prompt = usage == null ? 0 : usage.at("/prompt_tokens").asLong();
        long cached = usage == null ? 0 : usage.at("/prompt_tokens_details/cached_tokens").asLong();
        long tokens = usage == null ? pieces : usage.at("/completion_tokens").asLong();
        return new Answer(text.toString(), pieces, prompt, cached, tokens, true);
      }
      if (!line.startsWith(DATA)) {
        continue;
      }
      JsonNode event = MAPPER.readTree(line.substring(DATA.length()));
      if (event.has("error")) {
        throw new IOException(event.at("/error/message").asText());
      }
      usage = event.hasNonNull("usage") ? event.get("usage") : usage;
      String piece = event.at("/choices/0/delta/content").asText("");
      if (!piece.isEmpty()) {
        onPiece.accept(System.nanoTime());
        pieces++;
        text.append(piece);
      }
      if (enough.getAsBoolean()) {
        return new Answer(text.toString(), pieces, 0, 0, pieces, false);
      }
    }
    throw new IOException("the stream ended early");
  }

  private HttpRequest request(List<String> messages) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode array = json.putArray("messages");
    for (int i = 0; i < messages.size(); i++) {
      array
          .addObject()
          .put("role", i % 2 == 0 ? "user" : "assistant")
          .put("content", messages.get(i));
    }
    json.put("max_tokens", plan.maxTokens()).put("stream", true);
    json.put("temperature", plan.temperature()).put("top_p", plan.temperature() > 0 ? 0.95 : 1);
    json.putObject("stream_options").put("include_usage", true);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(plan.server() + "/v1/chat/completions"))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(json.toString()));
    plan.apiKey().ifPresent(key -> request.header("authorization", "Bearer " + key));
    return request.build();
  }
}
