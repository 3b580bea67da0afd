package dev.mobilellm.launcher.chat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationListener;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Message;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatSessionTest {

  @TempDir private Path folder;

  @Test
  void aTurnReusesWhatIsCached() {
    try (LanguageModel model = ToyModel.load(folder, 200);
        ChatSession session = new ChatSession(model, ToyModel.tokens(5))) {
      Generation first = session.ask("hello", GenerationListener.NONE);
      assertEquals(0, first.cachedTokens());
      Generation second = session.ask("and then", GenerationListener.NONE);
      assertTrue(second.cachedTokens() >= first.promptTokens(), second.toString());
      assertArrayEquals(answer(model, session.messages().subList(0, 3)), second.tokens());
    }
  }

  @Test
  void anotherSystemMessageIsNoReasonToForget() {
    try (LanguageModel model = ToyModel.load(folder, 200);
        ChatSession session = new ChatSession(model, ToyModel.tokens(5))) {
      session.ask("hello", GenerationListener.NONE);
      session.system("be brief");
      Generation second = session.ask("and then", GenerationListener.NONE);
      assertEquals(1, second.cachedTokens());
      assertEquals(
          List.of("system", "user", "assistant", "user", "assistant"),
          session.messages().stream().map(Message::role).toList());
      assertArrayEquals(answer(model, session.messages().subList(0, 4)), second.tokens());
      session.system("");
      assertEquals(Optional.empty(), session.system());
      assertEquals(4, session.messages().size());
    }
  }

  @Test
  void aResetKeepsTheSystemMessageOnly() {
    try (LanguageModel model = ToyModel.load(folder, 200);
        ChatSession session = new ChatSession(model, ToyModel.tokens(3))) {
      session.system("be brief");
      Generation first = session.ask("hello", GenerationListener.NONE);
      session.reset();
      assertEquals(List.of(Message.system("be brief")), session.messages());
      assertTrue(session.last().isEmpty());
      assertArrayEquals(first.tokens(), session.ask("hello", GenerationListener.NONE).tokens());
    }
  }

  @Test
  void aCancelledAnswerStaysAsFarAsItCame() {
    try (LanguageModel model = ToyModel.load(folder, 200);
        ChatSession session = new ChatSession(model, ToyModel.tokens(50))) {
      Generation cut = session.ask("hello", new Impatient(3));
      assertEquals(FinishReason.CANCELLED, cut.finishReason());
      assertEquals(3, cut.tokens().length);
      assertEquals(Message.assistant(cut.text()), session.messages().getLast());
      Generation next = session.ask("go on", new Impatient(4));
      assertTrue(next.cachedTokens() >= cut.promptTokens());
      int[] whole = answer(model, session.messages().subList(0, 3));
      assertArrayEquals(Arrays.copyOf(whole, 4), next.tokens());
    }
  }

  @Test
  void aQuestionCancelledBeforeItsAnswerIsForgotten() {
    try (LanguageModel model = ToyModel.load(folder, 200);
        ChatSession session = new ChatSession(model, ToyModel.tokens(5))) {
      Generation first = session.ask("hello", GenerationListener.NONE);
      session.ask("never mind", new Impatient(0));
      assertEquals(2, session.messages().size());
      session.reset();
      assertArrayEquals(first.tokens(), session.ask("hello", GenerationListener.NONE).tokens());
    }
  }

  @Test
  void aFullContextSaysWhatToDoAndKeepsTheConversation() {
    try (LanguageModel model = ToyModel.load(folder, 40);
        ChatSession session = new ChatSession(model, ToyModel.tokens(5))) {
      session.ask("hello", GenerationListener.NONE);
      UsageException e =
          assertThrows(
              UsageException.class, () -> session.ask("x".repeat(40), GenerationListener.NONE));
      assertTrue(e.getMessage().contains("/reset") && e.getMessage().contains("holds 40"));
      assertEquals(2, session.messages().size());
      assertEquals(5, session.ask("short", GenerationListener.NONE).tokens().length);
    }
  }

  @Test
  void withoutTokenizerOrTemplateThereIsNoConversation() {
    PluginRegistry nothing = PluginRegistry.builtIn();
    PluginRegistry letters = nothing.with(Service.TOKENIZER, new ToyText.LettersProvider());
    try (LanguageModel model = ToyModel.load(folder, 40, nothing)) {
      ModelException e =
          assertThrows(
              ModelException.class, () -> new ChatSession(model, ToyModel.tokens(5)).close());
      assertTrue(e.getMessage().contains("tokenizer.json"), e.getMessage());
    }
    try (LanguageModel model = ToyModel.load(folder, 40, letters)) {
      ModelException e =
          assertThrows(
              ModelException.class, () -> new ChatSession(model, ToyModel.tokens(5)).close());
      assertTrue(e.getMessage().contains("no chat template"), e.getMessage());
    }
  }

  /** Cancels after so many tokens. */
  private static final class Impatient implements GenerationListener {
    private int left;

    Impatient(int tokens) {
      left = tokens;
    }

    @Override
    public void token(int id) {
      left--;
    }

    @Override
    public boolean cancelled() {
      return left == 0;
    }
  }

  /** What a conversation of its own answers. */
  private static int[] answer(LanguageModel model, List<Message> messages) {
    return model.generate(model.prompt(messages), ToyModel.tokens(5), _ -> {}).tokens();
  }
}
