package com.example.ask;

import dev.mobilellm.runtime.MobileLlm;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.spi.text.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Asks a model a question, and then the same again with the conversation so far. */
public final class Ask {

  private Ask() {}

  /** Takes the folder of a model and a question. */
  public static void main(String[] arguments) {
    GenerationOptions options = GenerationOptions.DEFAULT.withMaxTokens(200);
    try (MobileLlm llm = MobileLlm.load(Path.of(arguments[0]))) {
      List<Message> messages = new ArrayList<>(List.of(Message.user(arguments[1])));
      Generation answer = llm.generate(messages, options, System.out::print);
      System.out.println();

      messages.add(Message.assistant(answer.text()));
      messages.add(Message.user(arguments[1]));
      String second = llm.generate(messages, options, piece -> {}).text();
      System.out.printf(
          "%d tokens, %s; asked again: %s%n",
          answer.tokens().length,
          answer.finishReason(),
          second.equals(answer.text()) ? "the same" : second);
    }
  }
}
