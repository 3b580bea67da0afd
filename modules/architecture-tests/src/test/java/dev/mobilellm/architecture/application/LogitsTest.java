package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That a checkpoint without a tokenizer gives the reference's logits to people who compare. */
final class LogitsTest {

  private static final double TOLERANCE = 1e-4;

  private final ObjectMapper json = new ObjectMapper();

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"r1-f32-sharded", "dual-branch-mlp", "mlx-mixed"})
  void logitsAreThoseOfTheReference(String fixture) throws IOException {
    Path model = Fixtures.checkpoint(fixture, temporary);
    JsonNode golden = json.readTree(model.resolve("golden.json").toFile());
    JsonNode expected = golden.get("logits");
    List<String> command =
        List.of("logits", "--model-path", model.toString(), "--exact", "--tokens", ids(golden));

    assertArrayEquals(
        numbers(expected), numbers(logits(command)), TOLERANCE, "logits of all positions");
  }

  @ParameterizedTest
  @ValueSource(strings = "r1-bf16")
  void lastGivesTheLastPositionAlone(String fixture) throws IOException {
    Path model = Fixtures.checkpoint(fixture, temporary);
    JsonNode golden = json.readTree(model.resolve("golden.json").toFile());
    JsonNode expected = golden.get("logits");
    List<String> command =
        List.of("logits", "--model-path", model.toString(), "--tokens", ids(golden), "--last");

    assertArrayEquals(
        numbers(expected.get(expected.size() - 1)),
        numbers(logits(command)),
        TOLERANCE,
        "logits of the last position");
  }

  private JsonNode logits(List<String> command) throws IOException {
    return json.readTree(Application.run(command).assertQuiet().out()).path("logits");
  }

  private static String ids(JsonNode golden) {
    return StreamSupport.stream(golden.get("input_ids").spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(","));
  }

  private static double[] numbers(JsonNode node) {
    return flatten(node).toArray();
  }

  private static DoubleStream flatten(JsonNode node) {
    return node.isArray()
        ? StreamSupport.stream(node.spliterator(), false).flatMapToDouble(LogitsTest::flatten)
        : DoubleStream.of(node.asDouble(Double.NaN));
  }
}
