package dev.mobilellm.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mobilellm.runtime.generation.Boxed;
import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.scheduling.Likelihood;
import java.util.List;
import java.util.Map;

/** The JSON of one reply, whole or in chunks. */
abstract sealed class ReplyFormat permits ChatFormat, CompletionFormat {

  private final String id;
  private final String object;
  private final String model;
  private final String fingerprint;
  private final long created = System.currentTimeMillis() / 1000;

  ReplyFormat(String id, String object, String model, String fingerprint) {
    this.id = id;
    this.object = object;
    this.model = model;
    this.fingerprint = fingerprint;
  }

  /** The same in all chunks. */
  final String id() {
    return id;
  }

  /** An object with the fields that all replies have. */
  final ObjectNode envelope() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model)
        .put("system_fingerprint", fingerprint);
  }

  /** What comes before the first piece of an answer. */
  abstract List<ObjectNode> opening(int choice);

  /** A chunk with a piece of text. */
  abstract ObjectNode piece(int choice, String text, List<Likelihood> likelihoods);

  /** The last chunk of an answer. */
  abstract ObjectNode ending(
      int choice, Generation generation, List<Likelihood> rest, boolean extractBoxed);

  /** A whole answer, as an entry of {@code choices}. */
  abstract ObjectNode whole(
      int choice, Generation generation, List<Likelihood> likelihoods, boolean extractBoxed);

  /** The numbers of tokens of all answers. Prompts with several answers count once. */
  static ObjectNode usage(Map<Integer, Generation> answers, int choices) {
    long prompt = 0;
    long cached = 0;
    long completion = 0;
    for (Map.Entry<Integer, Generation> answer : answers.entrySet()) {
      if (answer.getKey() % choices == 0) {
        prompt += answer.getValue().promptTokens();
        cached += answer.getValue().cachedTokens();
      }
      completion += answer.getValue().tokens().length;
    }
    ObjectNode usage =
        JsonNodeFactory.instance
            .objectNode()
            .put("prompt_tokens", prompt)
            .put("completion_tokens", completion)
            .put("total_tokens", prompt + completion);
    usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
    return usage;
  }

  static String reason(Generation generation) {
    return switch (generation.finishReason()) {
      case EOS, STOP_STRING, BOXED -> "stop";
      case MAX_TOKENS, CONTEXT -> "length";
      case CANCELLED -> FinishReason.CANCELLED.label();
    };
  }

  static void putBoxed(ObjectNode choice, Generation generation) {
    choice.put("boxed", Boxed.last(generation.text()).orElse(null));
  }
}
