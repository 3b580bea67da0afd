package dev.mobilellm.benchmarks.load;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The readings, as a table or as JSON. */
record LoadReport(List<Reading> readings, Optional<TwoTurns> turns) {

  String table() {
    StringBuilder text = new StringBuilder();
    text.append(
        "clients  tokens/s   ratio  first token p50, p95 ms  between tokens p50, p95 ms  answers"
            + "  errors\n");
    for (Reading reading : readings) {
      text.append(
          String.format(
              Locale.ROOT,
              "%7d %9.1f %7.2f %11.0f %11.0f %13.1f %13.1f %8d %7d%n",
              reading.clients(),
              reading.tokensPerSecond(),
              reading.tokensPerSecond() / readings.getFirst().tokensPerSecond(),
              reading.firstToken().millis(0.5),
              reading.firstToken().millis(0.95),
              reading.nextToken().millis(0.5),
              reading.nextToken().millis(0.95),
              reading.answers(),
              reading.errors()));
    }
    turns.ifPresent(
        two ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "two turns: prompts of %d and %d tokens, %d of them cached; first token after"
                        + " %.0f and %.0f ms: %.1f %%%n",
                    two.promptTokens()[0],
                    two.promptTokens()[1],
                    two.cachedTokens(),
                    two.firstMillis(),
                    two.secondMillis(),
                    100 * two.share())));
    return text.toString();
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode array = json.putArray("readings");
    for (Reading reading : readings) {
      ObjectNode entry = array.addObject();
      entry.put("clients", reading.clients());
      entry.put("tokens_per_second", reading.tokensPerSecond());
      put(entry.putObject("first_token_ms"), reading.firstToken());
      put(entry.putObject("between_tokens_ms"), reading.nextToken());
      entry.put("answers", reading.answers());
      entry.put("prompt_tokens", reading.promptTokens());
      entry.put("errors", reading.errors());
    }
    turns.ifPresent(
        two ->
            json.putObject("two_turns")
                .put("first_prompt_tokens", two.promptTokens()[0])
                .put("second_prompt_tokens", two.promptTokens()[1])
                .put("cached_tokens", two.cachedTokens())
                .put("first_ms", two.firstMillis())
                .put("second_ms", two.secondMillis())
                .put("share", two.share()));
    return json;
  }

  private static void put(ObjectNode json, Spread spread) {
    for (double share : new double[] {0.5, 0.95}) {
      double millis = spread.millis(share);
      String name = "p" + Math.round(100 * share);
      if (Double.isNaN(millis)) {
        json.putNull(name);
      } else {
        json.put(name, millis);
      }
    }
  }
}
