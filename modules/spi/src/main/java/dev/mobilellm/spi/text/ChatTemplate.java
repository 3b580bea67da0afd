package dev.mobilellm.spi.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns a conversation into a prompt as the model was trained on. Safe for several threads. */
public interface ChatTemplate {

  /**
   * What to render.
   *
   * @param messages the conversation
   * @param addGenerationPrompt whether to end with the header of the assistant's next message
   * @param specialTokens the spellings that become {@link PromptPart.Special} where the template
   *     itself writes them; in the text of messages they stay text
   * @param variables further variables as a JSON tree with nulls, {@code tools} among them
   */
  record Request(
      List<Message> messages,
      boolean addGenerationPrompt,
      Set<String> specialTokens,
      Map<String, Object> variables) {

    public Request {
      messages = List.copyOf(messages);
      specialTokens = Set.copyOf(specialTokens);
      variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }
  }

  /**
   * Renders a conversation.
   *
   * @return parts in order; no two texts follow each other
   * @throws dev.mobilellm.spi.ModelException if the template raises an error or cannot be rendered
   *     faithfully, naming file and line
   */
  List<PromptPart> render(Request request);
}
