package dev.mobilellm.launcher.chat;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.generation.Conversation;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationListener;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The messages of a conversation, and the model's memory of them. A question whose answer failed is
 * not part of it. For one thread.
 */
final class ChatSession implements AutoCloseable {

  private static final String SYSTEM = "system";

  private final LanguageModel model;
  private final GenerationOptions options;
  private final Conversation conversation;
  private List<Message> messages = List.of();
  private Optional<Generation> last = Optional.empty();

  /**
   * Opens a conversation.
   *
   * @throws ModelException if the checkpoint has no tokenizer or no chat template, or there is no
   *     memory for the context
   */
  ChatSession(LanguageModel model, GenerationOptions options) {
    model.tokenizer();
    if (model.chatTemplate().isEmpty()) {
      throw new ModelException(
          "%s has no chat template, without which there is no conversation; mobilellm --prompt continues plain text."
              .formatted(model.files().directory()));
    }
    this.model = model;
    this.options = options;
    this.conversation = model.open();
  }

  /**
   * Asks and answers. Question and answer become part of the conversation, also if the answer was
   * cancelled after it had begun.
   *
   * @throws UsageException if the conversation does not fit into the context any more
   */
  Generation ask(String question, GenerationListener listener) {
    List<Message> asked = with(messages, Message.user(question));
    Prompt prompt = model.prompt(asked);
    if (prompt.length() > conversation.capacity()) {
      throw new UsageException(
          "The conversation has %d tokens with this message, but the context holds %d; /reset starts anew, or start with a larger --context."
              .formatted(prompt.length(), conversation.capacity()));
    }
    Generation answer = conversation.generate(prompt, options, listener);
    last = Optional.of(answer);
    if (answer.tokens().length > 0) {
      messages = with(asked, Message.assistant(answer.text()));
    }
    return answer;
  }

  /** The system message, if there is one. */
  Optional<String> system() {
    return messages.stream()
        .filter(message -> message.role().equals(SYSTEM))
        .map(Message::content)
        .findFirst();
  }

  /** Sets the system message; what was said stays. An empty one removes it. */
  void system(String content) {
    List<Message> changed = new ArrayList<>();
    if (!content.isEmpty()) {
      changed.add(Message.system(content));
    }
    messages.stream().filter(message -> !message.role().equals(SYSTEM)).forEach(changed::add);
    messages = List.copyOf(changed);
  }

  /** Forgets what was said, but not the system message. */
  void reset() {
    messages = messages.stream().filter(message -> message.role().equals(SYSTEM)).toList();
    last = Optional.empty();
  }

  List<Message> messages() {
    return messages;
  }

  /** Goes on from other messages. */
  void replace(List<Message> others) {
    messages = List.copyOf(others);
    last = Optional.empty();
  }

  /** The last answer, also one that was cancelled; empty before the first. */
  Optional<Generation> last() {
    return last;
  }

  GenerationOptions options() {
    return options;
  }

  /** How many tokens a conversation can hold. */
  int capacity() {
    return conversation.capacity();
  }

  /** How many tokens the model remembers. */
  int position() {
    return conversation.position();
  }

  @Override
  public void close() {
    conversation.close();
  }

  private static List<Message> with(List<Message> messages, Message added) {
    List<Message> all = new ArrayList<>(messages);
    all.add(added);
    return List.copyOf(all);
  }
}
