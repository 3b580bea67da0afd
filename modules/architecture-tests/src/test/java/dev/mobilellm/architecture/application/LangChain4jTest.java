package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.openai.LogProb;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** LangChain4j's model for OpenAI, as it is published, against the server of the image. */
final class LangChain4jTest {

  private static final String ANSWER = "2+2=4.\nThe answer is \\boxed{4}.";

  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    server = RunningServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void itChats() {
    ChatResponse reply = model().build().chat(UserMessage.from("What is 2+2?"));
    assertEquals(ANSWER, reply.aiMessage().text());
    assertEquals(FinishReason.STOP, reply.finishReason());
    assertEquals(35, reply.tokenUsage().inputTokenCount());
  }

  @Test
  void itStops() {
    ChatResponse reply = model().stop(List.of(".")).build().chat(UserMessage.from("What is 2+2?"));
    assertEquals("2+2=4", reply.aiMessage().text());
  }

  @Test
  void itUnderstandsErrors() {
    InvalidRequestException e =
        assertThrows(
            InvalidRequestException.class,
            () -> model().topP(7.0).build().chat(UserMessage.from("What is 2+2?")));
    assertTrue(e.getMessage().contains("top_p"), e.getMessage());
  }

  @Test
  void itTellsLikelihoods() {
    ChatResponse reply =
        model().logprobs(true).topLogprobs(2).build().chat(UserMessage.from("What is 2+2?"));
    OpenAiChatResponseMetadata metadata =
        assertInstanceOf(OpenAiChatResponseMetadata.class, reply.metadata());
    assertEquals(
        ANSWER, metadata.logProbs().stream().map(LogProb::token).collect(Collectors.joining()));
    assertEquals(2, metadata.logProbs().getFirst().topLogprobs().size());
  }

  @Test
  void itAborts() throws Exception {
    long before = cancelled();
    CompletableFuture<StreamingHandle> begun = new CompletableFuture<>();
    streaming()
        .temperature(0.0)
        .maxTokens(400)
        .logitBias(Map.of("762", -100, "765", -100, "766", -100))
        .build()
        .chat(
            "What is 2+2?",
            new StreamingChatResponseHandler() {
              @Override
              public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
                context.streamingHandle().cancel();
                begun.complete(context.streamingHandle());
              }

              @Override
              public void onCompleteResponse(ChatResponse response) {
                begun.completeExceptionally(new IllegalStateException("complete"));
              }

              @Override
              public void onError(Throwable error) {
                begun.completeExceptionally(error);
              }
            });
    assertTrue(begun.join().isCancelled());
    while (cancelled() == before) {
      Thread.sleep(20);
    }
  }

  @Test
  void itStreams() {
    StringBuilder text = new StringBuilder();
    CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
    streaming()
        .temperature(0.0)
        .build()
        .chat(
            "What is 2+2?",
            new StreamingChatResponseHandler() {
              @Override
              public void onPartialResponse(String piece) {
                text.append(piece);
              }

              @Override
              public void onCompleteResponse(ChatResponse response) {
                whole.complete(response);
              }

              @Override
              public void onError(Throwable error) {
                whole.completeExceptionally(error);
              }
            });
    assertEquals(15, whole.join().tokenUsage().outputTokenCount());
    assertEquals(ANSWER, text.toString());
  }

  /** How many answers the server has given up since it started. */
  private static long cancelled() throws IOException, InterruptedException {
    String metrics = server.client().send(server.get("/metrics"), BodyHandlers.ofString()).body();
    return metrics
        .lines()
        .filter(line -> line.startsWith("mobilellm_answers_cancelled_total "))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
        .sum();
  }

  private static OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder streaming() {
    return OpenAiStreamingChatModel.builder()
        .baseUrl(server.url() + "/v1")
        .apiKey("none")
        .modelName("demo");
  }

  private static OpenAiChatModel.OpenAiChatModelBuilder model() {
    return OpenAiChatModel.builder()
        .baseUrl(server.url() + "/v1")
        .apiKey("none")
        .modelName("demo")
        .maxRetries(0)
        .temperature(0.0);
  }
}
