package dev.mobilellm.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.generation.FinalOnly;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.spi.text.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Messages, texts and token ids to prompts. Safe for several threads. */
final class PromptReader {

  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");

  private final LanguageModel model;
  private final ServerOptions.Limits limits;

  PromptReader(LanguageModel model, ServerOptions.Limits limits) {
    this.model = model;
    this.limits = limits;
  }

  /** The messages of a chat: text, or lists of text parts. */
  List<Message> messages(JsonNode node) {
    if (!node.isArray() || node.isEmpty()) {
      throw Fields.wrong("messages", "a list with at least one message", node);
    }
    if (node.size() > limits.messages()) {
      throw ApiError.field(
          "messages",
          "\"messages\" has %d entries, but at most %d are allowed."
              .formatted(node.size(), limits.messages()));
    }
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      String path = "messages[%d]".formatted(i);
      Fields message = Fields.of(path, node.get(i));
      String role = message.requiredText("role");
      if (!ROLES.contains(role)) {
        throw ApiError.field(
            path + ".role",
            "\"%s.role\" must be system, user or assistant, found \"%s\".".formatted(path, role));
      }
      messages.add(
          new Message(
              role.equals("developer") ? "system" : role,
              content(path + ".content", message.required("content"))));
    }
    return messages;
  }

  /**
   * A chat through the template.
   *
   * @param finalOnly whether to ask for the answer alone, if there is no system message
   */
  Prompt chat(List<Message> messages, boolean finalOnly) {
    if (model.chatTemplate().isEmpty()) {
      throw ApiError.request(
          400, "The checkpoint has no chat template; use /v1/completions.", "no_chat_template");
    }
    return limited("messages", model.prompt(finalOnly ? FinalOnly.ask(messages) : messages));
  }

  /** A text, a list of texts, token ids, or a list of lists of those. */
  List<Prompt> raw(JsonNode node) {
    if (node.isTextual()) {
      return List.of(text(node.textValue()));
    }
    if (!node.isArray() || node.isEmpty()) {
      throw Fields.wrong("prompt", "a string, token ids, or a list of those", node);
    }
    if (node.get(0).isNumber()) {
      return List.of(ids(node));
    }
    if (node.size() > limits.choices()) {
      throw ApiError.field(
          "prompt",
          "\"prompt\" has %d entries, but at most %d are allowed."
              .formatted(node.size(), limits.choices()));
    }
    List<Prompt> prompts = new ArrayList<>();
    for (JsonNode entry : node) {
      if (entry.isTextual()) {
        prompts.add(text(entry.textValue()));
      } else if (entry.isArray()) {
        prompts.add(ids(entry));
      } else {
        throw Fields.wrong("prompt", "a list of strings or of lists of token ids", entry);
      }
    }
    return prompts;
  }

  private Prompt text(String text) {
    if (text.isEmpty()) {
      throw ApiError.field("prompt", "\"prompt\" is empty; give some text.");
    }
    return limited("prompt", model.rawPrompt(text));
  }

  /** A list of token ids. */
  int[] ids(String name, JsonNode node) {
    int vocabulary = model.program().vocabularySize();
    if (!node.isArray()) {
      throw Fields.wrong(name, "a list of token ids", node);
    }
    int[] ids = new int[node.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = node.get(i);
      if (!id.isInt() || id.intValue() < 0 || id.intValue() >= vocabulary) {
        throw Fields.wrong(name, "token ids, 0 to %d".formatted(vocabulary - 1), id);
      }
      ids[i] = id.intValue();
    }
    return ids;
  }

  private Prompt ids(JsonNode node) {
    int[] ids = ids("prompt", node);
    if (ids.length == 0) {
      throw ApiError.field("prompt", "\"prompt\" is empty; give at least one token.");
    }
    return limited("prompt", new Prompt(ids));
  }

  private Prompt limited(String name, Prompt prompt) {
    int most = Math.min(limits.promptTokens(), model.contextLength());
    if (prompt.length() > most) {
      throw ApiError.field(
          name,
          "The prompt has %d tokens, but at most %d are allowed.".formatted(prompt.length(), most));
    }
    return prompt;
  }

  private static String content(String path, JsonNode node) {
    if (node.isTextual()) {
      return node.textValue();
    }
    if (!node.isArray()) {
      throw Fields.wrong(path, "a string or a list of text parts", node);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < node.size(); i++) {
      Fields part = Fields.of("%s[%d]".formatted(path, i), node.get(i));
      String type = part.requiredText("type");
      if (!type.equals("text")) {
        throw ApiError.field(
            "%s[%d].type".formatted(path, i),
            "\"%s\" holds a part of type \"%s\", but only text is understood."
                .formatted(path, type));
      }
      text.append(part.requiredText("text"));
    }
    return text.toString();
  }
}
