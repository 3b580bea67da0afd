package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.MobileLlm;
import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Message;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runtime as a library: it is tested here, where all plugins are. */
final class LibraryTest {

  private static final Path DEMO = Path.of("src/main/dist/demo-model");
  private static final List<Message> QUESTION = List.of(Message.user("What is 2+2?"));
  private static final String ANSWER = "2+2=4.\nThe answer is \\boxed{4}.";

  @TempDir Path temporary;

  @Test
  void streamsTheAnswerThatItReturns() {
    StringBuilder pieces = new StringBuilder();
    try (MobileLlm llm = MobileLlm.load(DEMO)) {
      Generation answer = llm.generate(QUESTION, GenerationOptions.DEFAULT, pieces::append);

      assertEquals(ANSWER, answer.text());
      assertEquals(FinishReason.EOS, answer.finishReason());
    }
    assertEquals(ANSWER, pieces.toString());
  }

  @Test
  void answersAQuestionAtOnce() {
    try (MobileLlm llm = MobileLlm.load(DEMO, LoadOptions.DEFAULT.withThreads(1))) {
      assertEquals(ANSWER, llm.generate("What is 2+2?"));
    }
  }

  @Test
  void severalThreadsGetTheSameAnswer() {
    try (MobileLlm llm = MobileLlm.load(DEMO)) {
      List<CompletableFuture<String>> answers =
          Stream.generate(() -> CompletableFuture.supplyAsync(() -> llm.generate("What is 2+2?")))
              .limit(4)
              .toList();

      answers.forEach(answer -> assertEquals(ANSWER, answer.join()));
    }
  }

  @Test
  void closingWaitsForTheAnswerOfAnotherThread() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    MobileLlm llm = MobileLlm.load(DEMO);
    CompletableFuture<Generation> answer =
        CompletableFuture.supplyAsync(
            () -> llm.generate(QUESTION, GenerationOptions.DEFAULT, piece -> begun.countDown()));
    begun.await();

    llm.close();

    assertEquals(ANSWER, answer.join().text());
    llm.close();
    assertThrows(IllegalStateException.class, () -> llm.generate("What is 2+2?"));
    assertThrows(IllegalStateException.class, llm::model);
  }

  @Test
  void cannotBeClosedFromWithinAnAnswer() {
    AtomicReference<Exception> refused = new AtomicReference<>();
    try (MobileLlm llm = MobileLlm.load(DEMO)) {
      Generation answer =
          llm.generate(
              QUESTION,
              GenerationOptions.DEFAULT,
              piece -> refused.set(assertThrows(IllegalStateException.class, llm::close)));

      assertEquals(ANSWER, answer.text());
    }
    assertEquals(
        "an answer is being given on this thread; close it later", refused.get().getMessage());
  }

  @Test
  void saysWhatIsWrong() {
    assertTrue(
        assertThrows(ModelException.class, () -> MobileLlm.load(temporary))
            .getMessage()
            .contains("config.json"));
    try (MobileLlm llm = MobileLlm.load(DEMO, LoadOptions.DEFAULT.withContext(20))) {
      assertTrue(
          assertThrows(UsageException.class, () -> llm.generate("What is 2+2?"))
              .getMessage()
              .contains("20"));
    }
  }
}
