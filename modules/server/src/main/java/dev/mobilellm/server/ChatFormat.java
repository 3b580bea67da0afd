package dev.mobilellm.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.scheduling.Likelihood;
import java.util.List;

/** Replies of /v1/chat/completions. */
final class ChatFormat extends ReplyFormat {

  private final TokenText tokens;

  ChatFormat(String id, boolean stream, String model, String fingerprint, TokenText tokens) {
    super(
        "chatcmpl-" + id, stream ? "chat.completion.chunk" : "chat.completion", model, fingerprint);
    this.tokens = tokens;
  }

  @Override
  List<ObjectNode> opening(int choice) {
    ObjectNode json = envelope();
    ObjectNode entry = entry(json, choice);
    entry.putObject("delta").put("role", "assistant").put("content", "");
    entry.putNull("logprobs").putNull("finish_reason");
    return List.of(json);
  }

  @Override
  ObjectNode piece(int choice, String text, List<Likelihood> likelihoods) {
    ObjectNode json = envelope();
    ObjectNode entry = entry(json, choice);
    entry.putObject("delta").put("content", text);
    putLikelihoods(entry, likelihoods);
    entry.putNull("finish_reason");
    return json;
  }

  @Override
  ObjectNode ending(
      int choice, Generation generation, List<Likelihood> rest, boolean extractBoxed) {
    ObjectNode json = envelope();
    ObjectNode entry = entry(json, choice);
    entry.putObject("delta");
    putLikelihoods(entry, rest);
    entry.put("finish_reason", reason(generation));
    if (extractBoxed) {
      putBoxed(entry, generation);
    }
    return json;
  }

  @Override
  ObjectNode whole(
      int choice, Generation generation, List<Likelihood> likelihoods, boolean extractBoxed) {
    ObjectNode entry = JsonNodeFactory.instance.objectNode().put("index", choice);
    entry
        .putObject("message")
        .put("role", "assistant")
        .put("content", generation.text())
        .putNull("refusal");
    putLikelihoods(entry, likelihoods);
    entry.put("finish_reason", reason(generation));
    if (extractBoxed) {
      putBoxed(entry, generation);
    }
    return entry;
  }

  private static ObjectNode entry(ObjectNode json, int choice) {
    return json.putArray("choices").addObject().put("index", choice);
  }

  private void putLikelihoods(ObjectNode entry, List<Likelihood> likelihoods) {
    if (likelihoods.isEmpty()) {
      entry.putNull("logprobs");
      return;
    }
    ObjectNode logprobs = entry.putObject("logprobs");
    ArrayNode content = logprobs.putArray("content");
    for (Likelihood likelihood : likelihoods) {
      ObjectNode token = content.addObject();
      put(token, likelihood.token(), likelihood.logProbability());
      ArrayNode top = token.putArray("top_logprobs");
      likelihood
          .alternatives()
          .forEach(other -> put(top.addObject(), other.token(), other.logProbability()));
    }
    logprobs.putNull("refusal");
  }

  private void put(ObjectNode json, int token, double logProbability) {
    json.put("token", tokens.of(token)).put("logprob", logProbability);
    tokens.bytes(token, json.putArray("bytes"));
  }
}
