package dev.mobilellm.server;

import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.runtime.scheduling.AnswerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a client asks for.
 *
 * @param prompts each is answered
 * @param choices how many answers each gets
 * @param options the same for all, except the seed
 * @param alternatives of how many likely tokens the client wants to know; empty: of none
 * @param stream whether it wants the answer in pieces
 * @param includeUsage whether the stream ends with the numbers of tokens
 * @param extractBoxed whether it wants the boxed answer beside the text
 * @param ignored names of fields that mean nothing here
 */
record Task(
    List<Prompt> prompts,
    int choices,
    GenerationOptions options,
    OptionalInt alternatives,
    boolean stream,
    boolean includeUsage,
    boolean extractBoxed,
    List<String> ignored) {

  /** A request for each answer. With a seed, each choice has the next one. */
  List<AnswerRequest> requests() {
    List<AnswerRequest> requests = new ArrayList<>();
    for (Prompt prompt : prompts) {
      for (int i = 0; i < choices; i++) {
        requests.add(new AnswerRequest(prompt, seeded(i), alternatives));
      }
    }
    return requests;
  }

  private GenerationOptions seeded(int choice) {
    OptionalLong seed = options.sampling().seed();
    return seed.isEmpty()
        ? options
        : options.withSampling(options.sampling().withSeed(seed.getAsLong() + choice));
  }
}
