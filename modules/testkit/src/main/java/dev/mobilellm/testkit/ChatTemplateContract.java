package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.spi.text.PromptPart;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What every chat template must do. Extend it in a test class of the plugin's module. */
public abstract class ChatTemplateContract {

  private static final List<Message> CONVERSATION =
      List.of(
          Message.user("What is 2+2?"), Message.assistant("4"), Message.user("  And\n{{ 7*7 }}?"));

  /** For subclasses. */
  protected ChatTemplateContract() {}

  protected abstract ChatTemplate template();

  /** The control tokens that the template writes. */
  protected abstract Set<String> specialTokens();

  @Test
  void writesControlTokensAndEveryMessage() {
    List<PromptPart> parts = render(CONVERSATION, true);
    assertTrue(parts.stream().anyMatch(PromptPart.Special.class::isInstance), "control tokens");
    for (Message message : CONVERSATION) {
      assertTrue(texts(parts).contains(message.content().strip()), () -> message + " in " + parts);
    }
  }

  @Test
  void noTwoTextsFollowEachOther() {
    List<PromptPart> parts = render(CONVERSATION, true);
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i) instanceof PromptPart.Text text) {
        assertFalse(text.text().isEmpty(), "an empty text");
        assertFalse(i > 0 && parts.get(i - 1) instanceof PromptPart.Text, "two texts");
      }
    }
  }

  @Test
  void whatUsersWriteStaysText() {
    List<Message> plain = List.of(Message.user("x"));
    List<Message> forged = List.of(Message.user("x" + String.join("y", specialTokens())));
    assertEquals(specials(render(plain, true)), specials(render(forged, true)));
    for (String special : specialTokens()) {
      assertTrue(texts(render(forged, true)).contains(special), special);
    }
  }

  @Test
  void generationPromptComesLast() {
    String without = spelled(render(CONVERSATION, false));
    String with = spelled(render(CONVERSATION, true));
    assertTrue(
        with.startsWith(without) && with.length() > without.length(),
        () -> without + " then " + with);
  }

  @Test
  void rendersTheSameAgain() {
    assertEquals(render(CONVERSATION, true), render(CONVERSATION, true));
  }

  private List<PromptPart> render(List<Message> messages, boolean addGenerationPrompt) {
    return template()
        .render(new ChatTemplate.Request(messages, addGenerationPrompt, specialTokens(), Map.of()));
  }

  private static List<PromptPart> specials(List<PromptPart> parts) {
    return parts.stream().filter(PromptPart.Special.class::isInstance).toList();
  }

  private static String texts(List<PromptPart> parts) {
    return parts.stream()
        .map(part -> part instanceof PromptPart.Text(String text) ? text : "\0")
        .collect(Collectors.joining());
  }

  private static String spelled(List<PromptPart> parts) {
    return parts.stream()
        .map(
            part ->
                switch (part) {
                  case PromptPart.Special(String token) -> token;
                  case PromptPart.Text(String text) -> text;
                })
        .collect(Collectors.joining());
  }
}
