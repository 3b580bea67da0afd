package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.text.Message;
import java.util.ArrayList;
import java.util.List;

/** Asks a model for its answer alone. */
public final class FinalOnly {

  private static final Message REQUEST =
      Message.system(
          "Keep your reasoning hidden. Answer with the final answer only, inside \\boxed{...}.");

  private FinalOnly() {}

  /** The messages behind a system message that asks for it, unless they bring one of their own. */
  public static List<Message> ask(List<Message> messages) {
    if (messages.stream().anyMatch(message -> message.role().equals(REQUEST.role()))) {
      return messages;
    }
    List<Message> asked = new ArrayList<>(messages);
    asked.addFirst(REQUEST);
    return asked;
  }
}
