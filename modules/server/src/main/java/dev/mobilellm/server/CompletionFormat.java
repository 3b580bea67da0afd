package dev.mobilellm.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.scheduling.Likelihood;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Replies of /v1/completions. */
final class CompletionFormat extends ReplyFormat {

  private final TokenText tokens;

  /** By choice: how many characters its tokens had so far. */
  private final Map<Integer, Integer> offsets = new HashMap<>();

  CompletionFormat(String id, String model, String fingerprint, TokenText tokens) {
    super("cmpl-" + id, "text_completion", model, fingerprint);
    this.tokens = tokens;
  }

  @Override
  List<ObjectNode> opening(int choice) {
    return List.of();
  }

  @Override
  ObjectNode piece(int choice, String text, List<Likelihood> likelihoods) {
    ObjectNode json = envelope();
    ObjectNode entry = json.putArray("choices").addObject().put("index", choice).put("text", text);
    putLikelihoods(entry, choice, likelihoods);
    entry.putNull("finish_reason");
    return json;
  }

  @Override
  ObjectNode ending(
      int choice, Generation generation, List<Likelihood> rest, boolean extractBoxed) {
    ObjectNode json = envelope();
    ObjectNode entry = json.putArray("choices").addObject().put("index", choice).put("text", "");
    putLikelihoods(entry, choice, rest);
    entry.put("finish_reason", reason(generation));
    if (extractBoxed) {
      putBoxed(entry, generation);
    }
    return json;
  }

  @Override
  ObjectNode whole(
      int choice, Generation generation, List<Likelihood> likelihoods, boolean extractBoxed) {
    ObjectNode entry =
        JsonNodeFactory.instance.objectNode().put("index", choice).put("text", generation.text());
    putLikelihoods(entry, choice, likelihoods);
    entry.put("finish_reason", reason(generation));
    if (extractBoxed) {
      putBoxed(entry, generation);
    }
    return entry;
  }

  private void putLikelihoods(ObjectNode entry, int choice, List<Likelihood> likelihoods) {
    if (likelihoods.isEmpty()) {
      entry.putNull("logprobs");
      return;
    }
    ObjectNode logprobs = entry.putObject("logprobs");
    ArrayNode names = logprobs.putArray("tokens");
    ArrayNode values = logprobs.putArray("token_logprobs");
    ArrayNode top = logprobs.putArray("top_logprobs");
    ArrayNode starts = logprobs.putArray("text_offset");
    for (Likelihood likelihood : likelihoods) {
      String text = tokens.of(likelihood.token());
      names.add(text);
      values.add(likelihood.logProbability());
      starts.add(offsets.merge(choice, text.length(), Integer::sum) - text.length());
      ObjectNode others = top.addObject();
      likelihood
          .alternatives()
          .forEach(other -> others.put(tokens.of(other.token()), other.logProbability()));
    }
  }
}
