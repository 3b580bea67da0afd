package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** LangChain4j's model for OpenAI, as it is published, against this server. */
class LangChain4jTest {

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
  void itChats() {
    ChatResponse reply = model().build().chat(UserMessage.from("What is 2+2?"));
    assertEquals("2+2=4.\nThe answer is \\boxed{4}.", reply.aiMessage().text());
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
  void itStreams() {
    StringBuilder text = new StringBuilder();
    CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
    OpenAiStreamingChatModel.builder()
        .baseUrl(demo.url() + "/v1")
        .apiKey("none")
        .modelName(DemoServer.MODEL)
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
    assertEquals("2+2=4.\nThe answer is \\boxed{4}.", text.toString());
  }

  private static OpenAiChatModel.OpenAiChatModelBuilder model() {
    return OpenAiChatModel.builder()
        .baseUrl(demo.url() + "/v1")
        .apiKey("none")
        .modelName(DemoServer.MODEL)
        .maxRetries(0)
        .temperature(0.0);
  }
}
