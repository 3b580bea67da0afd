package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the demo model gives the tokens and texts that it was trained and measured with. */
final class GoldenTokensTest {

  private static final Pattern INTEGER = Pattern.compile("\\d+");

  /** One conversation of golden.json. */
  record Case(JsonNode json) {

    List<Integer> ids(String key) {
      return StreamSupport.stream(json.get(key).spliterator(), false).map(JsonNode::asInt).toList();
    }

    /** The last message of this role, or empty. */
    String message(String role) {
      String content = "";
      for (JsonNode message : json.get("messages")) {
        if (message.get("role").asText().equals(role)) {
          content = message.get("content").asText();
        }
      }
      return content;
    }

    @Override
    public String toString() {
      return message("user");
    }
  }

  static List<Case> cases() throws IOException {
    JsonNode golden =
        new ObjectMapper().readTree(Application.DEMO_MODEL.resolve("golden.json").toFile());
    return StreamSupport.stream(golden.get("cases").spliterator(), false).map(Case::new).toList();
  }

  /** Those that --system and --prompt can say. */
  static List<Case> singleTurns() throws IOException {
    return cases().stream().filter(c -> c.message("assistant").isEmpty()).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tokensAreGolden(Case golden) {
    List<Integer> expected = golden.ids("output_ids");
    assertFalse(expected.isEmpty());
    String prompt =
        golden.ids("prompt_ids").stream().map(String::valueOf).collect(Collectors.joining(","));

    Application.Result result =
        Application.run(
            "--model-path",
            Application.DEMO_MODEL.toString(),
            "--tokens",
            prompt,
            "--print-tokens",
            "--temperature",
            "0",
            "--max-tokens",
            String.valueOf(expected.size() + 1));

    List<Integer> found =
        INTEGER
            .matcher(result.assertQuiet().out())
            .results()
            .map(match -> Integer.valueOf(match.group()))
            .toList();
    assertEquals(expected, found, result::toString);
  }

  @ParameterizedTest
  @MethodSource("singleTurns")
  void textsAreGolden(Case golden) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--model-path",
                Application.DEMO_MODEL.toString(),
                "--prompt",
                golden.message("user"),
                "--temperature",
                "0",
                "--max-tokens",
                String.valueOf(golden.ids("output_ids").size() + 1)));
    if (!golden.message("system").isEmpty()) {
      arguments.addAll(List.of("--system", golden.message("system")));
    }

    Application.Result result = Application.run(arguments);

    assertEquals(golden.json().get("output_text").asText() + "\n", result.assertQuiet().out());
  }
}
