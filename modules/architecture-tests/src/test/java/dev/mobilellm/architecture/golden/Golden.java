package dev.mobilellm.architecture.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A tiny checkpoint with what a float64 reference made of it.
 *
 * @param directory where it lies
 * @param ids a prompt
 * @param logits of each position of the prompt
 * @param greedyPrompt another prompt
 * @param greedyTokens what follows it
 */
record Golden(Path directory, int[] ids, float[][] logits, int[] greedyPrompt, int[] greedyTokens) {

  static Golden of(String name, Path parent) {
    Path directory = Fixtures.checkpoint(name, parent);
    try {
      JsonNode json = new ObjectMapper().readTree(directory.resolve("golden.json").toFile());
      float[][] logits = new float[json.get("logits").size()][];
      for (int row = 0; row < logits.length; row++) {
        JsonNode values = json.get("logits").get(row);
        logits[row] = new float[values.size()];
        for (int i = 0; i < logits[row].length; i++) {
          logits[row][i] = (float) values.get(i).doubleValue();
        }
      }
      JsonNode greedy = json.get("greedy");
      return new Golden(
          directory,
          ints(json.get("input_ids")),
          logits,
          ints(greedy.get("prompt")),
          ints(greedy.get("tokens")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] ints(JsonNode list) {
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).intValue();
    }
    return values;
  }
}
