package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the demo model gives the tokens and texts that it was trained and measured with. */
final class GoldenTokensTest {

  /** One conversation of golden.json. */
  record Case(JsonNode json) {

    /** Separated by commas, as the command line takes and prints them. */
    String ids(String key) {
      return StreamSupport.stream(json.get(key).spliterator(), false)
          .map(JsonNode::asText)
          .collect(Collectors.joining(","));
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

  /** A question takes the whole way, through the template and the tokenizer and back. */
  static List<Case> questions() throws IOException {
    return cases().stream().filter(c -> c.message("assistant").isEmpty()).toList();
  }

  /** What --system and --prompt cannot say is given as tokens. */
  static List<Case> conversations() throws IOException {
    return cases().stream().filter(c -> !c.message("assistant").isEmpty()).toList();
  }

  @ParameterizedTest
  @MethodSource("questions")
  void questionsHaveGoldenAnswers(Case golden) throws IOException {
    List<String> arguments = arguments(golden);
    arguments.addAll(List.of("--prompt", golden.message("user"), "--json"));
    if (!golden.message("system").isEmpty()) {
      arguments.addAll(List.of("--system", golden.message("system")));
    }

    Application.Result result = Application.run(arguments);

    JsonNode answer = new ObjectMapper().readTree(result.assertQuiet().out());
    assertEquals(golden.json().get("output_ids"), answer.path("tokens"), result::toString);
    assertEquals(golden.json().get("output_text"), answer.path("text"), result::toString);
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void conversationsHaveGoldenTokens(Case golden) {
    List<String> arguments = arguments(golden);
    arguments.addAll(List.of("--tokens", golden.ids("prompt_ids"), "--print-tokens"));

    Application.Result result = Application.run(arguments);

    assertEquals(golden.ids("output_ids") + "\n", result.assertQuiet().out());
  }

  private static List<String> arguments(Case golden) {
    int tokens = golden.json().get("output_ids").size();
    assertTrue(tokens > 0, "golden.json has an answer");
    return new ArrayList<>(
        List.of(
            "--model-path",
            Application.DEMO_MODEL.toString(),
            "--temperature",
            "0",
            "--max-tokens",
            String.valueOf(tokens + 1)));
  }
}
