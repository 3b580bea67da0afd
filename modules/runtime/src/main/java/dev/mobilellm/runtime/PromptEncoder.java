package dev.mobilellm.runtime;

import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.spi.text.PromptPart;
import dev.mobilellm.spi.text.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Conversations and raw text to token ids. Whatever a template or a text begins with, the result
 * has exactly one BOS, and text never becomes a control token.
 */
final class PromptEncoder {

  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final OptionalInt bos;

  PromptEncoder(Tokenizer tokenizer, Optional<ChatTemplate> template, OptionalInt bos) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.bos = bos;
  }

  /** The conversation through the chat template, ready for the assistant's turn. */
  Prompt chat(List<Message> messages, Map<String, Object> variables) {
    ChatTemplate chat =
        template.orElseThrow(
            () ->
                new ModelException(
                    "The checkpoint has no chat template; use --disable-chat-template to continue"
                        + " plain text."));
    return encode(
        chat.render(
            new ChatTemplate.Request(messages, true, tokenizer.specialTokens(), variables)));
  }

  /** Text as it is. */
  Prompt raw(String text) {
    return encode(List.of(new PromptPart.Text(text)));
  }

  private Prompt encode(List<PromptPart> parts) {
    int[] ids =
        parts.stream()
            .flatMapToInt(
                part ->
                    switch (part) {
                      case PromptPart.Special special -> IntStream.of(control(special.token()));
                      case PromptPart.Text text -> IntStream.of(tokenizer.encode(text.text()));
                    })
            .toArray();
    return new Prompt(withOneBos(ids));
  }

  private int control(String token) {
    return tokenizer
        .special(token)
        .orElseThrow(
            () ->
                new ModelException(
                    "The chat template writes the control token %s, which the tokenizer does not know."
                        .formatted(token)));
  }

  private int[] withOneBos(int[] ids) {
    if (bos.isEmpty()) {
      return ids;
    }
    int first = 0;
    while (first < ids.length && ids[first] == bos.getAsInt()) {
      first++;
    }
    return IntStream.concat(IntStream.of(bos.getAsInt()), IntStream.of(ids).skip(first)).toArray();
  }
}
