package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The logits that people compare runtimes by. */
class LogitsCommandTest {

  @TempDir private Path folder;

  @Test
  void theGoldenLogitsOfAllPositionsInSeveralChunks() throws IOException {
    Path model = Fixtures.checkpoint("r1-bf16", folder);
    String json = Files.readString(model.resolve("golden.json"));
    String ids =
        Pattern.compile("\"input_ids\": *\\[([0-9, ]+)]")
            .matcher(json)
            .results()
            .findFirst()
            .orElseThrow()
            .group(1)
            .replace(" ", "");
    List<List<Double>> golden = rows(json);
    Run run = logits(model, ids);
    assertEquals(0, run.code(), run.err());
    assertClose(golden, rows(run.out()));
    Run last = logits(model, ids, "--last");
    assertClose(List.of(golden.getLast()), rows(last.out()));
    assertTrue(
        last.out()
            .startsWith(
                "{\"model\":\"%s\",\"device\":\"reference\",\"tokens\":[%s],\"logits\":[["
                    .formatted(model, ids)),
        last.out());
  }

  private static Run logits(Path model, String ids, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "logits",
                "--model-path",
                model.toString(),
                "--device",
                "reference",
                "--tokens",
                ids));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private static void assertClose(List<List<Double>> wanted, List<List<Double>> found) {
    assertEquals(wanted.size(), found.size());
    for (int row = 0; row < wanted.size(); row++) {
      assertEquals(wanted.get(row).size(), found.get(row).size());
      for (int i = 0; i < wanted.get(row).size(); i++) {
        assertEquals(wanted.get(row).get(i), found.get(row).get(i), 1e-4, row + ", " + i);
      }
    }
  }

  /** The arrays in the array "logits". */
  private static List<List<Double>> rows(String json) throws IOException {
    List<List<Double>> rows = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      while (!"logits".equals(parser.currentName())
          || parser.currentToken() != JsonToken.START_ARRAY) {
        parser.nextToken();
      }
      while (parser.nextToken() == JsonToken.START_ARRAY) {
        List<Double> row = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          row.add(parser.getDoubleValue());
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
